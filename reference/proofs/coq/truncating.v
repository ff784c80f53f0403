(* truncating.v -- accumulate.md, "Truncating hardware": fused steps that align and truncate.

   MODEL. No vendor says what a tensor core computes. That it computes step below, for some number F
   of fraction bits, is the assumption; what follows from it is proved, for any F and any number of
   products a step.

   A step adds its inputs x_1, ..., x_t exactly, after each has lost what lies below 2^(e-F), and
   rounds the sum to 24 bits towards zero. 2^e is the largest power of two among the inputs'
   encodings. The input it belongs to loses nothing, as 24 bits reach down to 2^(e-23) and F >= 23.
   An encoding of a subnormal operand claims a larger exponent than the value has. So each input
   comes with a size: for a product x w of fp16 numbers max(|x|, 2^-14) max(|w|, 2^-14), for a partial
   sum its magnitude. 2^e is at most the largest size, so at most their sum.

   For fp16 operands e >= -28, and every sum is a multiple of 2^(e-F): far above where fp32 is
   subnormal. That is why 24 bits without a least exponent are right here. *)
Require Import Reals ZArith Lia Lra Psatz List.
Import ListNotations.
From Flocq Require Import Core Relative.
From Kbit Require Import rounding summation.
Local Open Scope R_scope.

(* ---- one step (T1) ----------------------------------------------------------------------------- *)
Local Instance precision_24 : Prec_gt_0 24 := eq_refl.

Section Step.
Variables F e : Z.

Definition truncated x := round radix2 (FIX_exp (e - F)) Ztrunc x.
Definition to_24_bits x := round radix2 (FLX_exp 24) Ztrunc x.
Definition step xs := to_24_bits (sum (map truncated xs)).

Lemma towards_zero : forall fexp (V : Valid_exp fexp) x,
  Rabs (round radix2 fexp Ztrunc x) <= Rabs x.
Proof.
  intros fexp V x. rewrite <- round_ZR_abs by exact V.
  rewrite round_ZR_DN by apply Rabs_pos.
  apply round_DN_pt. exact V.
Qed.

Lemma truncation_error : forall x, Rabs (truncated x - x) <= bpow radix2 (e - F).
Proof.
  intro x. rewrite <- (ulp_FIX radix2 (e - F) x).
  apply error_le_ulp; auto with typeclass_instances.
Qed.

Lemma final_error : forall s, Rabs (to_24_bits s - s) <= bpow radix2 (-23) * Rabs s.
Proof.
  intro s. destruct (Req_dec s 0) as [-> | Hs].
  - unfold to_24_bits. rewrite round_0 by auto with typeclass_instances.
    rewrite Rminus_0_r, Rabs_R0. lra.
  - apply Rlt_le. apply (relative_error_FLX radix2 24 eq_refl Ztrunc s Hs).
Qed.

Lemma truncated_sum : forall xs,
  Rabs (sum (map truncated xs) - sum xs) <= count xs * bpow radix2 (e - F)
  /\ Rabs (sum (map truncated xs)) <= magnitude xs.
Proof.
  induction xs as [|x xs [IH1 IH2]].
  - unfold count, magnitude. simpl. rewrite Rminus_0_r, Rabs_R0. lra.
  - change (count (x :: xs)) with (INR (S (length xs))). rewrite S_INR. fold (count xs).
    change (magnitude (x :: xs)) with (Rabs x + magnitude xs). simpl map. simpl sum. split.
    + replace (truncated x + sum (map truncated xs) - (x + sum xs))
        with ((truncated x - x) + (sum (map truncated xs) - sum xs)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. assert (T := truncation_error x). lra.
    + eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [|exact IH2].
      apply (towards_zero _ (FIX_exp_valid (e - F))).
Qed.

(* T1. One input is not truncated. *)
Theorem one_step : forall xs, (exists x, In x xs /\ truncated x = x) ->
  Rabs (step xs - sum xs)
    <= (count xs - 1) * bpow radix2 (e - F) + bpow radix2 (-23) * Rabs (sum (map truncated xs))
  /\ Rabs (sum (map truncated xs)) <= magnitude xs /\ Rabs (step xs) <= magnitude xs.
Proof.
  intros xs (x & Hin & Hx). assert (M := proj2 (truncated_sum xs)). repeat split; [|exact M|].
  - destruct (in_split _ _ Hin) as (before & after & ->).
    set (ts := sum (map truncated (before ++ x :: after))).
    assert (T : Rabs (ts - sum (before ++ x :: after))
                <= (count (before ++ x :: after) - 1) * bpow radix2 (e - F)).
    { unfold ts. rewrite map_app, !sum_app, count_app. simpl map. simpl sum. rewrite Hx.
      change (count (x :: after)) with (INR (S (length after))). rewrite S_INR. fold (count after).
      replace (sum (map truncated before) + (x + sum (map truncated after))
               - (sum before + (x + sum after)))
        with ((sum (map truncated before) - sum before)
              + (sum (map truncated after) - sum after)) by ring.
      eapply Rle_trans; [apply Rabs_triang|].
      assert (T1 := proj1 (truncated_sum before)). assert (T2 := proj1 (truncated_sum after)). lra. }
    replace (step (before ++ x :: after) - sum (before ++ x :: after))
      with ((to_24_bits ts - ts) + (ts - sum (before ++ x :: after))) by (unfold step, ts; ring).
    eapply Rle_trans; [apply Rabs_triang|]. assert (E := final_error ts). lra.
  - eapply Rle_trans; [apply (towards_zero _ (FLX_exp_valid 24))|exact M].
Qed.
End Step.

(* What a chain or a tree needs to know of a step whose inputs have total size z. *)
Definition fused F z xs o :=
  Rabs (o - sum xs) <= (count xs - 1) * (bpow radix2 (- F) * z) + bpow radix2 (-23) * magnitude xs
  /\ Rabs o <= magnitude xs.

Lemma step_is_fused : forall F e xs z,
  (exists x, In x xs /\ truncated F e x = x) -> bpow radix2 e <= z -> fused F z xs (step F e xs).
Proof.
  intros F e xs z Hx Hz. destruct (one_step F e xs Hx) as (H1 & H2 & H3). split; [|exact H3].
  eapply Rle_trans; [exact H1|]. apply Rplus_le_compat.
  - apply Rmult_le_compat_l.
    + destruct Hx as (x & Hin & _). destruct xs; [easy|]. unfold count.
      change (length (r :: xs)) with (S (length xs)). rewrite S_INR.
      assert (P := pos_INR (length xs)). lra.
    + replace (e - F)%Z with (- F + e)%Z by ring. rewrite bpow_plus.
      apply Rmult_le_compat_l; [apply bpow_ge_0|exact Hz].
  - apply Rmult_le_compat_l; [apply bpow_ge_0|exact H2].
Qed.

(* ---- a chain of steps (T2) --------------------------------------------------------------------- *)
(* An input and its size. *)
Definition sized := (R * R)%type.
Definition values (xs : list sized) := map fst xs.
Definition size (xs : list sized) := sum (map snd xs).
Definition well_sized (xs : list sized) := Forall (fun x => Rabs (fst x) <= snd x) xs.

Lemma magnitude_le_size : forall xs, well_sized xs -> magnitude (values xs) <= size xs.
Proof.
  induction 1 as [|x xs Hx _ IH]; [apply Rle_refl|].
  unfold size, magnitude, values in *. simpl in *. lra.
Qed.

Section Chain.
Variable F : Z.

(* After j steps and k products: the exact sum, the total size, the running value. It starts from a
   number c, which may be 0, and each step adds the products xs to it. *)
Inductive chain (c : R) : nat -> nat -> R -> R -> R -> Prop :=
| start : chain c 0 0 c (Rabs c) c
| next : forall j k E S v xs z o, chain c j k E S v -> well_sized xs ->
    z <= Rabs v + size xs -> fused F z (v :: values xs) o ->
    chain c (1 + j) (length xs + k) (E + sum (values xs)) (S + size xs) o.

(* T2. Truncation never enlarges, so nothing grows: with L products a step, j = ceil(K / L). *)
Theorem whole_chain : forall c j k E S v, chain c j k E S v ->
  Rabs (v - E) <= (INR k * bpow radix2 (- F) + INR j * bpow radix2 (-23)) * S /\ Rabs v <= S.
Proof.
  induction 1 as [|j k E S v xs z o H [IH1 IH2] W Hz [Ho1 Ho2]].
  - rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. simpl. split; [|apply Rle_refl]. lra.
  - assert (M := magnitude_le_size xs W).
    assert (Mp := magnitude_positive (values xs)).
    change (magnitude (v :: values xs)) with (Rabs v + magnitude (values xs)) in *.
    change (sum (v :: values xs)) with (v + sum (values xs)) in *.
    assert (C : count (v :: values xs) - 1 = INR (length xs)).
    { unfold count. change (length (v :: values xs)) with (Datatypes.S (length (values xs))).
      unfold values, sized. rewrite map_length, S_INR. ring. }
    rewrite C in Ho1. split; [|lra].
    rewrite !plus_INR. change (INR 1) with 1.
    assert (PF := bpow_ge_0 radix2 (- F)). assert (P23 := bpow_ge_0 radix2 (-23)).
    assert (Pn := pos_INR (length xs)). assert (Pk := pos_INR k). assert (Pj := pos_INR j).
    assert (Pv := Rabs_pos v).
    set (f := bpow radix2 (- F)) in *. set (t := bpow radix2 (-23)) in *.
    set (n := INR (length xs)) in *.
    assert (A1 : n * (f * z) <= n * f * (S + size xs)).
    { rewrite <- Rmult_assoc. apply Rmult_le_compat_l; [apply Rmult_le_pos; assumption|lra]. }
    assert (A2 : t * (Rabs v + magnitude (values xs)) <= t * (S + size xs))
      by (apply Rmult_le_compat_l; lra).
    assert (A3 : (INR k * f + INR j * t) * S <= (INR k * f + INR j * t) * (S + size xs)).
    { apply Rmult_le_compat_l; [|lra].
      apply Rplus_le_le_0_compat; apply Rmult_le_pos; assumption. }
    replace (o - (E + sum (values xs))) with ((o - (v + sum (values xs))) + (v - E)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
End Chain.

(* ---- any tree (T3) ----------------------------------------------------------------------------- *)
(* Nodes of t >= 2 inputs: fp32 additions, rounded to nearest or towards zero, fused or not with an
   exact product, and fused steps with F >= 23. Each errs by at most (t - 1) h times the total size
   of its inputs, h = 2^-22, and enlarges by at most a factor 1 + u. *)
Section Tree.
Variables u h e : R.
Hypothesis u_positive : 0 <= u.
Hypothesis h_positive : 0 <= h.
Hypothesis e_positive : 0 <= e.

(* value n E S v z: n terms with the exact sum E and total size S have become v, of size z. A term
   may itself have an error, e times its size. *)
Inductive value : nat -> R -> R -> R -> R -> Prop :=
| a_term : forall t m v, Rabs t <= m -> Rabs (v - t) <= e * m -> value 1 t m v ((1 + e) * m)
| a_node : forall t n E S x z o, inputs t n E S x z -> (2 <= t)%nat ->
    Rabs (o - x) <= INR (t - 1) * h * z -> Rabs o <= (1 + u) * z ->
    value n E S o (Rabs o)
(* inputs t n E S x z: t values of n terms; x is the sum of the values, z that of their sizes. *)
with inputs : nat -> nat -> R -> R -> R -> R -> Prop :=
| none : inputs 0 0 0 0 0 0
| more : forall n E S v z t n' E' S' x z', value n E S v z -> inputs t n' E' S' x z' ->
    inputs (1 + t) (n + n') (E + E') (S + S') (v + x) (z + z').

Scheme value_induction := Induction for value Sort Prop
with inputs_induction := Induction for inputs Sort Prop.
Combined Scheme tree_induction from value_induction, inputs_induction.

Lemma pow_le : forall x a b, 0 <= x -> (a <= b)%nat -> (1 + x) ^ a <= (1 + x) ^ b.
Proof. intros. apply Rle_pow; [lra|assumption]. Qed.

Lemma bernoulli : forall t, 1 + INR t * h <= (1 + h) ^ t.
Proof.
  induction t as [|t IH]; [simpl; lra|].
  rewrite S_INR. simpl. assert (0 <= INR t * h * h)
    by (apply Rmult_le_pos; [apply Rmult_le_pos; [apply pos_INR|]|]; assumption).
  apply Rle_trans with ((1 + h) * (1 + INR t * h)); [lra|apply Rmult_le_compat_l; lra].
Qed.

(* In the form of the page, the growth of partial sums apart from the errors. *)
Lemma page_form :
  (forall n E S v z, value n E S v z -> (1 <= n)%nat /\ 0 <= S /\ Rabs v <= z
     /\ z <= (1 + e) * (1 + u) ^ (n - 1) * S
     /\ Rabs (v - E) <= (e + INR (n - 1) * h * ((1 + e) * (1 + u) ^ n)) * S)
  /\
  (forall t n E S x z, inputs t n E S x z -> (t <= n)%nat /\ 0 <= S
     /\ z <= (1 + e) * (1 + u) ^ (n - t) * S
     /\ Rabs (x - E) <= (e + INR (n - t) * h * ((1 + e) * (1 + u) ^ n)) * S).
Proof.
  assert (G : forall n, 0 <= (1 + e) * (1 + u) ^ n)
    by (intro n; apply Rmult_le_pos; [lra|apply Rlt_le, pow_lt; lra]).
  apply tree_induction.
  - intros t m v Ht Hv. assert (0 <= m) by (eapply Rle_trans; [apply Rabs_pos|exact Ht]).
    repeat split; [lia|assumption| |simpl; lra|simpl; lra].
    replace v with (t + (v - t)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
  - intros t n E S x z o _ (Hn & HS & Hz & Hx) Ht Ho1 Ho2.
    assert (P : (1 + e) * (1 + u) ^ (n - t) * S <= (1 + e) * (1 + u) ^ n * S).
    { apply Rmult_le_compat_r; [exact HS|]. apply Rmult_le_compat_l; [lra|]. apply pow_le; [lra|lia]. }
    repeat split; [lia|exact HS|apply Rle_refl| |].
    + eapply Rle_trans; [exact Ho2|].
      apply Rle_trans with ((1 + u) * ((1 + e) * (1 + u) ^ (n - t) * S)).
      * apply Rmult_le_compat_l; lra.
      * replace ((1 + u) * ((1 + e) * (1 + u) ^ (n - t) * S))
          with ((1 + e) * (1 + u) ^ (1 + (n - t)) * S) by (simpl; ring).
        apply Rmult_le_compat_r; [exact HS|]. apply Rmult_le_compat_l; [lra|].
        apply pow_le; [lra|lia].
    + assert (N : INR (n - 1) = INR (n - t) + INR (t - 1)) by (rewrite <- plus_INR; f_equal; lia).
      assert (Q : INR (t - 1) * h * z <= INR (t - 1) * h * ((1 + e) * (1 + u) ^ n * S)).
      { apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply pos_INR|assumption]|lra]. }
      replace (o - E) with ((o - x) + (x - E)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite N. lra.
  - rewrite Rminus_0_r, Rabs_R0. simpl. repeat split; try lia; lra.
  - intros n E S v z t n' E' S' x z' _ (Hn & HS & Hv & Hz & He) _ (Hn' & HS' & Hz' & He').
    repeat split; [lia|lra| |].
    + assert (A : (1 + e) * (1 + u) ^ (n - 1) * S <= (1 + e) * (1 + u) ^ (n + n' - (1 + t)) * S).
      { apply Rmult_le_compat_r; [exact HS|]. apply Rmult_le_compat_l; [lra|].
        apply pow_le; [lra|lia]. }
      assert (B : (1 + e) * (1 + u) ^ (n' - t) * S' <= (1 + e) * (1 + u) ^ (n + n' - (1 + t)) * S').
      { apply Rmult_le_compat_r; [exact HS'|]. apply Rmult_le_compat_l; [lra|].
        apply pow_le; [lra|lia]. }
      lra.
    + assert (W : forall a b, (a <= n + n' - (1 + t))%nat -> (b <= n + n')%nat ->
        e + INR a * h * ((1 + e) * (1 + u) ^ b)
        <= e + INR (n + n' - (1 + t)) * h * ((1 + e) * (1 + u) ^ (n + n'))).
      { intros a b Ha Hb. apply Rplus_le_compat_l. apply Rmult_le_compat.
        - apply Rmult_le_pos; [apply pos_INR|assumption].
        - apply G.
        - apply Rmult_le_compat_r; [assumption|]. apply le_INR, Ha.
        - apply Rmult_le_compat_l; [lra|]. apply pow_le; [lra|exact Hb]. }
      assert (A := Rmult_le_compat_r S _ _ HS (W (n - 1)%nat n ltac:(lia) ltac:(lia))).
      assert (B := Rmult_le_compat_r S' _ _ HS' (W (n' - t)%nat n' ltac:(lia) ltac:(lia))).
      replace (v + x - (E + E')) with ((v - E) + (x - E')) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite Rmult_plus_distr_l. lra.
Qed.

(* T3: n terms, in any tree. *)
Theorem whole_tree : forall n E S v z, value n E S v z ->
  Rabs (v - E) <= (e + INR (n - 1) * h * ((1 + e) * (1 + u) ^ n)) * S.
Proof. intros n E S v z H. now apply (proj1 page_form) in H. Qed.

(* The same with one factor 1 + h for each addition, the form that the judges use. Nothing is asked
   of u here. *)
Lemma judge_form :
  (forall n E S v z, value n E S v z -> (1 <= n)%nat /\ 0 <= S /\ Rabs v <= z /\ Rabs E <= S
     /\ z <= (1 + e) * (1 + h) ^ (n - 1) * S
     /\ Rabs (v - E) <= ((1 + e) * (1 + h) ^ (n - 1) - 1) * S)
  /\
  (forall t n E S x z, inputs t n E S x z -> (t <= n)%nat /\ 0 <= S /\ Rabs E <= S
     /\ z <= (1 + e) * (1 + h) ^ (n - t) * S
     /\ Rabs (x - E) <= ((1 + e) * (1 + h) ^ (n - t) - 1) * S).
Proof.
  apply tree_induction.
  - intros t m v Ht Hv. assert (0 <= m) by (eapply Rle_trans; [apply Rabs_pos|exact Ht]).
    repeat split; [lia|assumption| |assumption|simpl; lra|simpl; lra].
    replace v with (t + (v - t)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
  - intros t n E S x z o _ (Hn & HS & HE & Hz & Hx) Ht Ho1 _.
    assert (B : Rabs (o - E) <= ((1 + e) * (1 + h) ^ (n - 1) - 1) * S).
    { assert (P : 0 <= (1 + e) * (1 + h) ^ (n - t) * S).
      { apply Rmult_le_pos; [|exact HS]. apply Rmult_le_pos; [lra|apply Rlt_le, pow_lt; lra]. }
      assert (T : INR (t - 1) * h * z <= INR (t - 1) * h * ((1 + e) * (1 + h) ^ (n - t) * S)).
      { apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply pos_INR|assumption]|exact Hz]. }
      assert (Y : (1 + e) * (1 + h) ^ (n - t) * S * (1 + INR (t - 1) * h)
                  <= (1 + e) * (1 + h) ^ (n - t) * S * (1 + h) ^ (t - 1))
        by (apply Rmult_le_compat_l; [exact P|apply bernoulli]).
      replace (n - 1)%nat with ((n - t) + (t - 1))%nat by lia. rewrite pow_add.
      replace (o - E) with ((o - x) + (x - E)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. lra. }
    repeat split; [lia|exact HS|apply Rle_refl|exact HE| |exact B].
    replace o with (E + (o - E)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
  - rewrite Rminus_0_r, Rabs_R0. simpl. repeat split; try lia; lra.
  - intros n E S v z t n' E' S' x z' _ (Hn & HS & Hv & HE & Hz & He) _ (Hn' & HS' & HE' & Hz' & He').
    assert (W : forall a s, (a <= n + n' - (1 + t))%nat -> 0 <= s ->
      (1 + e) * (1 + h) ^ a * s <= (1 + e) * (1 + h) ^ (n + n' - (1 + t)) * s).
    { intros a s Ha Hs. apply Rmult_le_compat_r; [exact Hs|]. apply Rmult_le_compat_l; [lra|].
      now apply pow_le. }
    assert (A := W (n - 1)%nat S ltac:(lia) HS). assert (B := W (n' - t)%nat S' ltac:(lia) HS').
    repeat split; [lia|lra| |lra|].
    + eapply Rle_trans; [apply Rabs_triang|]. lra.
    + replace (v + x - (E + E')) with ((v - E) + (x - E')) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Theorem whole_tree_as_judged : forall n E S v z, value n E S v z ->
  Rabs (v - E) <= ((1 + e) * (1 + h) ^ (n - 1) - 1) * S.
Proof. intros n E S v z H. now apply (proj1 judge_form) in H. Qed.
End Tree.

(* What the nodes are. A fused step with F >= 23 and t >= 2 inputs of total size z: *)
Lemma fused_is_node : forall F z xs o, (23 <= F)%Z -> (2 <= length xs)%nat -> magnitude xs <= z ->
  fused F z xs o ->
  Rabs (o - sum xs) <= INR (length xs - 1) * bpow radix2 (-22) * z /\ Rabs o <= z.
Proof.
  intros F z xs o HF Ht Hz [H1 H2]. split; [|lra].
  assert (M := magnitude_positive xs).
  assert (PF : bpow radix2 (- F) <= bpow radix2 (-23)) by (apply bpow_le; lia).
  assert (P : bpow radix2 (-22) = 2 * bpow radix2 (-23)) by (simpl; lra).
  assert (P0 := bpow_ge_0 radix2 (-23)).
  unfold count in H1. rewrite minus_INR by lia. change (INR 1) with 1. rewrite P.
  assert (T : 2 <= INR (length xs)) by (change 2 with (INR 2); apply le_INR, Ht).
  set (t := INR (length xs)) in *. set (b := bpow radix2 (-23)) in *.
  assert (A : (t - 1) * (bpow radix2 (- F) * z) <= (t - 1) * (b * z)).
  { apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_r; lra. }
  assert (B : b * magnitude xs <= b * z) by (apply Rmult_le_compat_l; assumption).
  assert (C : b * z <= (t - 1) * (b * z)).
  { rewrite <- (Rmult_1_l (b * z)) at 1. apply Rmult_le_compat_r; [|lra].
    apply Rmult_le_pos; [exact P0|lra]. }
  lra.
Qed.

(* and an fp32 addition, rounded to nearest (u = 2^-24) or to either side (2 u): *)
Lemma addition_is_node : forall a b o, Rabs (o - (a + b)) <= bpow radix2 (-23) * Rabs (a + b) ->
  Rabs (o - (a + b)) <= INR (2 - 1) * bpow radix2 (-22) * (Rabs a + Rabs b).
Proof.
  intros a b o H. eapply Rle_trans; [exact H|]. assert (T := Rabs_triang a b).
  assert (P := Rabs_pos (a + b)). change (INR (2 - 1)) with 1. simpl. lra.
Qed.
