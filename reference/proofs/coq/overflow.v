(* overflow.v -- llmint8_linear.md: where fp32 cannot overflow, and the accuracy theorem without that
   hypothesis.

   The other files' formats have no largest number. Here every operation in fp32 may fail: it gives
   None where its result is 2^128 or more, an infinity in IEEE arithmetic, and None goes on to the
   output. The theorems say that it never does, for operands up to 2^40 (fp16 ends at 2^16; a bf16
   operand beyond 10^12 is not an activation or a weight), K up to 133,144, where the int32
   accumulator cannot overflow either, and any number of outlier columns among them. Only the rounding
   to the output's format may then overflow, and only where the exact value is that large. *)
Require Import Reals ZArith Lia Lra Psatz List Permutation.
Import ListNotations.
From Flocq Require Import Core.
From Kbit Require Import rounding summation linear linear_bf16.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.

Definition bind (o : option R) (f : R -> option R) := match o with Some x => f x | None => None end.

Section Overflow.
Variable choice : Z -> bool.
Notation rn := (nearest (-149) 24 choice).

(* One operation of fp32 whose exact result is x. *)
Definition operation x := if Rlt_dec (Rabs (rn x)) (bpow radix2 128) then Some (rn x) else None.

Definition dequantized C a s :=
  bind (operation (IZR C)) (fun f => bind (operation (f * a)) (fun p =>
    bind (operation (p * s)) (fun q => operation (q * by_16129)))).

Definition scaled A s := bind (operation (A * s)) (fun p => operation (p * by_127)).

(* The terms are exact products; each is rounded first, which changes nothing but subnormal ones. *)
Fixpoint added_up t :=
  match t with
  | Term x => operation x
  | Add l r => bind (added_up l) (fun a => bind (added_up r) (fun b => operation (a + b)))
  end.

Fixpoint products_rounded t :=
  match t with Term x => Term (rn x) | Add l r => Add (products_rounded l) (products_rounded r) end.

(* No outlier columns: 0. *)
Definition outliers t := match t with None => Some 0 | Some t => added_up t end.
Definition in_some_order (ts : list R) t :=
  match t with None => ts = [] | Some t => Permutation (terms t) ts end.

Lemma rounded_below : forall e x, (-149 <= e)%Z -> Rabs x <= bpow radix2 e -> Rabs (rn x) <= bpow radix2 e.
Proof.
  intros e x He Hx. apply abs_round_le_generic; auto with typeclass_instances.
  apply generic_format_bpow. unfold FLT_exp. lia.
Qed.

Lemma no_overflow_in : forall e x, (-149 <= e < 128)%Z -> Rabs x <= bpow radix2 e ->
  operation x = Some (rn x) /\ Rabs (rn x) <= bpow radix2 e.
Proof.
  intros e x He Hx. assert (R := rounded_below e x (proj1 He) Hx). split; [|exact R].
  unfold operation. destruct (Rlt_dec _ _) as [|N]; [reflexivity|]. exfalso. apply N.
  eapply Rle_lt_trans; [exact R|]. apply bpow_lt. lia.
Qed.

Lemma product_below : forall e f x y, Rabs x <= bpow radix2 e -> Rabs y <= bpow radix2 f ->
  Rabs (x * y) <= bpow radix2 (e + f).
Proof.
  intros e f x y Hx Hy. rewrite Rabs_mult, bpow_plus.
  apply Rmult_le_compat; try apply Rabs_pos; assumption.
Qed.

Lemma sum_below : forall e x y, Rabs x <= bpow radix2 e -> Rabs y <= bpow radix2 e ->
  Rabs (x + y) <= bpow radix2 (e + 1).
Proof.
  intros e x y Hx Hy. rewrite bpow_plus. replace (bpow radix2 1) with 2 by (simpl; lra).
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(* ---- each part --------------------------------------------------------------------------------- *)
Lemma dequantize_is_finite : forall C a s, (Z.abs C <= 2 ^ 31)%Z ->
  Rabs a <= bpow radix2 40 -> Rabs s <= bpow radix2 40 ->
  dequantized C a s = Some (dequantize choice C a s)
  /\ Rabs (dequantize choice C a s) <= bpow radix2 111.
Proof.
  intros C a s HC Ha Hs.
  assert (B0 : Rabs (IZR C) <= bpow radix2 31).
  { rewrite <- abs_IZR, <- (IZR_Zpower radix2) by lia. apply IZR_le, HC. }
  destruct (no_overflow_in 31 _ ltac:(lia) B0) as [E0 R0].
  destruct (no_overflow_in 71 _ ltac:(lia) (product_below _ _ _ _ R0 Ha)) as [E1 R1].
  destruct (no_overflow_in 111 _ ltac:(lia) (product_below _ _ _ _ R1 Hs)) as [E2 R2].
  assert (K : Rabs by_16129 <= bpow radix2 0)
    by (unfold by_16129; rewrite Rabs_pos_eq; simpl; lra).
  destruct (no_overflow_in 111 _ ltac:(lia) (product_below _ _ _ _ R2 K)) as [E3 R3].
  split; [|exact R3]. unfold dequantized. rewrite E0. simpl bind. rewrite E1. simpl bind.
  rewrite E2. exact E3.
Qed.

Lemma scale_is_finite : forall A s, Rabs A <= bpow radix2 80 -> Rabs s <= bpow radix2 40 ->
  scaled A s = Some (scale choice A s) /\ Rabs (scale choice A s) <= bpow radix2 120.
Proof.
  intros A s HA Hs.
  destruct (no_overflow_in 120 _ ltac:(lia) (product_below _ _ _ _ HA Hs)) as [E1 R1].
  assert (K : Rabs by_127 <= bpow radix2 0)
    by (unfold by_127; rewrite Rabs_pos_eq; simpl; lra).
  destruct (no_overflow_in 120 _ ltac:(lia) (product_below _ _ _ _ R1 K)) as [E2 R2].
  split; [|exact R2]. unfold scaled. rewrite E1. exact E2.
Qed.

Lemma terms_rounded : forall t, terms (products_rounded t) = map rn (terms t).
Proof. induction t as [x | l IHl r IHr]; simpl; [reflexivity|]. now rewrite map_app, IHl, IHr. Qed.

(* Up to 2^28 terms of at most 2^e: no partial sum exceeds 2^(e + 33). *)
Lemma sum_is_finite : forall e t, (-149 <= e < 94)%Z ->
  Forall (fun x => Rabs x <= bpow radix2 e) (terms t) -> count (terms t) <= bpow radix2 28 ->
  added_up t = Some (computed (-149) 24 choice (products_rounded t))
  /\ Rabs (computed (-149) 24 choice (products_rounded t)) <= bpow radix2 (e + 33).
Proof.
  assert (M : forall e ts, (-149 <= e)%Z -> Forall (fun x => Rabs x <= bpow radix2 e) ts ->
    magnitude (map rn ts) <= count ts * bpow radix2 e).
  { intros e ts He. induction 1 as [|x ts Hx _ IH]; [unfold magnitude, count; simpl; lra|].
    unfold count in *. change (length (x :: ts)) with (S (length ts)). rewrite S_INR.
    change (magnitude (map rn (x :: ts))) with (Rabs (rn x) + magnitude (map rn ts)).
    assert (K := rounded_below e x He Hx). lra. }
  assert (S : forall e t, (-149 <= e)%Z -> Forall (fun x => Rabs x <= bpow radix2 e) (terms t) ->
    count (terms t) <= bpow radix2 28 ->
    Rabs (computed (-149) 24 choice (products_rounded t)) <= bpow radix2 (e + 33)).
  { intros e t He B C.
    assert (N : Forall f32 (terms (products_rounded t))).
    { rewrite terms_rounded. apply Forall_forall. intros y Hy. apply in_map_iff in Hy.
      destruct Hy as (x & <- & _). now apply nearest_is_number. }
    assert (A := no_overflow (-149) 24 choice _ N). assert (MM := M e _ He B).
    assert (CC : count (terms (products_rounded t)) = count (terms t)).
    { rewrite terms_rounded. unfold count. now rewrite map_length. }
    rewrite CC, terms_rounded in A. eapply Rle_trans; [exact A|].
    assert (C0 : 0 <= count (terms t)) by apply pos_INR.
    assert (Pe := bpow_ge_0 radix2 e). assert (P0 := magnitude_positive (map rn (terms t))).
    change (unit_roundoff 24) with (bpow radix2 (-24)).
    assert (G : 1 + (count (terms t) - 1) * bpow radix2 (-24) <= 32).
    { apply Rle_trans with (1 + bpow radix2 28 * bpow radix2 (-24)); [|simpl; lra].
      apply Rplus_le_compat_l, Rmult_le_compat_r; [apply bpow_ge_0|lra]. }
    replace (e + 33)%Z with (5 + (28 + e))%Z by ring. rewrite !bpow_plus.
    replace (bpow radix2 5) with 32 by (simpl; lra).
    apply Rle_trans with (32 * magnitude (map rn (terms t))); [now apply Rmult_le_compat_r|].
    apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [exact MM|]. now apply Rmult_le_compat_r. }
  intros e t He. induction t as [x | l IHl r IHr]; intros B C.
  - split; [|now apply S]. apply (no_overflow_in e); [lia|]. now inversion B.
  - assert (B' := B). assert (C' := C). simpl terms in B', C'.
    apply Forall_app in B'. destruct B' as [Bl Br].
    rewrite count_app in C'. assert (n1 := count_terms l). assert (n2 := count_terms r).
    destruct (IHl Bl ltac:(lra)) as [El Rl]. destruct (IHr Br ltac:(lra)) as [Er Rr].
    split; [|apply S; (lia || assumption)]. simpl. rewrite El. simpl bind. rewrite Er. simpl bind.
    apply (no_overflow_in (e + 33 + 1)); [lia|]. now apply sum_below.
Qed.

(* The same with the empty sum: what comes out is one of the sums that linear.v speaks of. *)
Lemma outliers_are_finite : forall e ts t, (-149 <= e < 94)%Z -> in_some_order ts t ->
  Forall (fun x => Rabs x <= bpow radix2 e) ts -> count ts <= bpow radix2 28 ->
  exists A, outliers t = Some A /\ added choice (map rn ts) A /\ Rabs A <= bpow radix2 (e + 33).
Proof.
  intros e ts [t |] He O B C; simpl in O.
  - assert (Bt : Forall (fun x => Rabs x <= bpow radix2 e) (terms t)).
    { eapply Permutation_Forall; [apply Permutation_sym; exact O|exact B]. }
    assert (Ct : count (terms t) <= bpow radix2 28).
    { unfold count in *. now rewrite (Permutation_length O). }
    destruct (sum_is_finite e t He Bt Ct) as [E R]. eexists. split; [exact E|]. split; [|exact R].
    right. exists (products_rounded t). split; [|reflexivity].
    rewrite terms_rounded. now apply Permutation_map.
  - subst ts. exists 0. split; [reflexivity|]. split; [now left|].
    rewrite Rabs_R0. apply bpow_ge_0.
Qed.

(* The int32 accumulator. *)
Definition int8 q := (Z.abs q <= 127)%Z.

Lemma accumulator_is_int32 : forall inner, (forall k, In k inner -> int8 (q k) /\ int8 (v k)) ->
  (Z.of_nat (length inner) <= 133144)%Z -> (Z.abs (accumulator inner) <= 2 ^ 31)%Z.
Proof.
  assert (W : forall inner, (forall k, In k inner -> int8 (q k) /\ int8 (v k)) ->
    (Z.abs (accumulator inner) <= 16129 * Z.of_nat (length inner))%Z).
  { induction inner as [|k l IH]; intro H; [reflexivity|].
    destruct (H k (or_introl eq_refl)) as [Hq Hv]. specialize (IH (fun j Hj => H j (or_intror Hj))).
    change (accumulator (k :: l)) with (q k * v k + accumulator l)%Z.
    change (length (k :: l)) with (S (length l)). rewrite Nat2Z.inj_succ. unfold int8 in *.
    assert (P : (Z.abs (q k * v k) <= 16129)%Z) by (rewrite Z.abs_mul; nia). lia. }
  intros inner H L. specialize (W inner H). change (2 ^ 31)%Z with 2147483648%Z. lia.
Qed.

(* ---- the layer --------------------------------------------------------------------------------- *)
Variables emin p emax : Z. (* the output: fp16 is (-24, 11, 16), bf16 (-133, 8, 128), fp32 (-149, 24, 128) *)
Context {p_positive : Prec_gt_0 p}.
Variable choice_out : Z -> bool.

Definition stored x :=
  if Rlt_dec (Rabs (nearest emin p choice_out x)) (bpow radix2 emax)
  then Some (nearest emin p choice_out x) else None.

Definition layer_paper C a s t bias :=
  bind (dequantized C a s) (fun d => bind (outliers t) (fun A =>
    bind (operation (d + A)) (fun y => stored (y + bias)))).

Definition layer_bnb C a s t bias :=
  bind (dequantized C a s) (fun d => bind (outliers t) (fun A => bind (scaled A s) (fun p =>
    bind (operation (d + p)) (fun y => stored (y + bias))))).

(* Within bound of the exact value V; or infinite, and then V is not far below the format's end. *)
Definition accurate V bound out :=
  match out with
  | Some y => Rabs (y - V) <= bound
  | None => bpow radix2 emax <= Rabs V + bound
  end.

Lemma stored_is_accurate : forall x V bound, Rabs (nearest emin p choice_out x - V) <= bound ->
  accurate V bound (stored x).
Proof.
  intros x V bound H. unfold stored. destruct (Rlt_dec _ _) as [|N]; simpl; [exact H|].
  apply Rnot_lt_le in N. eapply Rle_trans; [exact N|].
  replace (nearest emin p choice_out x) with (V + (nearest emin p choice_out x - V)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Variables a s bias : R.
Variables inner outer : list column.
Hypothesis a_size : 0 <= a <= bpow radix2 40.
Hypothesis s_size : 0 <= s <= bpow radix2 40.
Hypothesis codes : forall k, In k inner -> is_code a (x k) (q k) /\ is_code s (w k) (v k).
Hypothesis int8_codes : forall k, In k inner -> int8 (q k) /\ int8 (v k).
Hypothesis inner_size : (Z.of_nat (length inner) <= 133144)%Z.
Hypothesis outer_size : (Z.of_nat (length outer) <= 2 ^ 28)%Z.
Hypothesis sizes : forall k, In k outer ->
  Rabs (x k) <= bpow radix2 40 /\ Rabs (w k) <= bpow radix2 40.

Lemma d_is_finite : dequantized (accumulator inner) a s = Some (dequantize choice (accumulator inner) a s)
  /\ Rabs (dequantize choice (accumulator inner) a s) <= bpow radix2 111.
Proof.
  apply dequantize_is_finite; [now apply accumulator_is_int32| |]; rewrite Rabs_pos_eq; lra.
Qed.

Lemma outer_count : forall f : column -> R, count (map f outer) <= bpow radix2 28.
Proof.
  intro f. unfold count. rewrite map_length, INR_IZR_INZ, <- (IZR_Zpower radix2) by lia.
  apply IZR_le, outer_size.
Qed.

(* What both formats have in common. *)
Lemma paper_from : forall t bound, in_some_order (map (fun k => x k * w k) outer) t ->
  (forall A, added choice (map rn (map (fun k => x k * w k) outer)) A ->
    Rabs (nearest emin p choice_out
            (rn (dequantize choice (accumulator inner) a s + A) + bias) - (exact inner outer + bias))
      <= bound) ->
  accurate (exact inner outer + bias) bound (layer_paper (accumulator inner) a s t bias).
Proof.
  intros t bound O H. destruct d_is_finite as [Ed Rd].
  assert (B : Forall (fun x => Rabs x <= bpow radix2 80) (map (fun k => x k * w k) outer)).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (sizes k Hk). now apply (product_below 40 40). }
  destruct (outliers_are_finite 80 _ t ltac:(lia) O B (outer_count _)) as (A & EA & HA & RA).
  assert (R2 : Rabs (dequantize choice (accumulator inner) a s) <= bpow radix2 113)
    by (eapply Rle_trans; [exact Rd|apply bpow_le; lia]).
  destruct (no_overflow_in 114 _ ltac:(lia) (sum_below 113 _ _ R2 RA)) as [Ey _].
  unfold layer_paper. rewrite Ed. simpl bind. rewrite EA. simpl bind. rewrite Ey. simpl bind.
  apply stored_is_accurate. now apply H.
Qed.

Lemma bnb_from : forall t bound, (forall k, In k outer -> int8 (v k)) ->
  in_some_order (map (fun k => x k * IZR (v k)) outer) t ->
  (forall A, added choice (map rn (map (fun k => x k * IZR (v k)) outer)) A ->
    Rabs (nearest emin p choice_out
            (rn (dequantize choice (accumulator inner) a s + scale choice A s) + bias)
          - (exact inner outer + bias)) <= bound) ->
  accurate (exact inner outer + bias) bound (layer_bnb (accumulator inner) a s t bias).
Proof.
  intros t bound I8 O H. destruct d_is_finite as [Ed Rd].
  assert (B : Forall (fun x => Rabs x <= bpow radix2 47) (map (fun k => x k * IZR (v k)) outer)).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (sizes k Hk) as [Hx _]. apply (product_below 40 7); [exact Hx|].
    assert (V := I8 k Hk). unfold int8 in V. rewrite <- abs_IZR, <- (IZR_Zpower radix2) by lia.
    apply IZR_le. change (radix2 ^ 7)%Z with 128%Z. lia. }
  destruct (outliers_are_finite 47 _ t ltac:(lia) O B (outer_count _)) as (A & EA & HA & RA).
  assert (Rs : Rabs s <= bpow radix2 40) by (rewrite Rabs_pos_eq; lra).
  destruct (scale_is_finite A s RA Rs) as [Ep Rp].
  assert (R2 : Rabs (dequantize choice (accumulator inner) a s) <= bpow radix2 120)
    by (eapply Rle_trans; [exact Rd|apply bpow_le; lia]).
  destruct (no_overflow_in 121 _ ltac:(lia) (sum_below 120 _ _ R2 Rp)) as [Ey _].
  unfold layer_bnb. rewrite Ed. simpl bind. rewrite EA. simpl bind. rewrite Ep. simpl bind.
  rewrite Ey. simpl bind. apply stored_is_accurate. now apply H.
Qed.

(* Products that are numbers are not rounded. *)
Lemma numbers_are_kept : forall ts, Forall f32 ts -> map rn ts = ts.
Proof.
  induction 1 as [|y ts Hy _ IH]; [reflexivity|]. simpl. rewrite IH.
  now rewrite nearest_of_number.
Qed.

(* llmint8_linear.md, Theorem 2, in IEEE arithmetic: fp16. *)
Section F16.
Hypothesis a_f16 : f16 a.
Hypothesis s_f16 : f16 s.
Hypothesis outer_f16 : forall k, In k outer -> f16 (x k) /\ f16 (w k).
Let Q := quantized a s inner.

Theorem accuracy_paper_f16 : forall t, in_some_order (map (fun k => x k * w k) outer) t ->
  let E := outliers_paper outer in
  let r := dequantize_bound * Rabs Q + Rabs (of_order (map (fun k => x k * w k) outer))
             * total (fun k => Rabs (x k * w k)) outer in
  accurate (exact inner outer + bias)
    (int8_paper a s inner + store emin p (addition r (Q + E)) (Q + E + bias))
    (layer_paper (accumulator inner) a s t bias).
Proof.
  intros t O E r. apply paper_from; [exact O|]. intros A HA. rewrite numbers_are_kept in HA.
  - apply llmint8_linear_paper; (assumption || lra).
  - apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_f16 k Hk). now apply product_of_f16.
Qed.

Theorem accuracy_bnb_f16 : forall t,
  (forall k, In k outer -> is_code s (w k) (v k) /\ int8 (v k)) ->
  in_some_order (map (fun k => x k * IZR (v k)) outer) t ->
  let E := outliers_bnb s outer in
  let g := (1 + Rabs (of_order (map (fun k => x k * IZR (v k)) outer))) * (1 + scale_bound) - 1 in
  let r := dequantize_bound * Rabs Q + g * total (fun k => Rabs (x k * W s k)) outer in
  accurate (exact inner outer + bias)
    (int8_bnb a s inner outer + store emin p (addition r (Q + E)) (Q + E + bias))
    (layer_bnb (accumulator inner) a s t bias).
Proof.
  intros t C O E g r. apply bnb_from; [intros k Hk; now apply C|exact O|].
  intros A HA. rewrite numbers_are_kept in HA.
  - apply llmint8_linear_bnb; (assumption || lra).
  - apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_f16 k Hk). apply product_with_code; [assumption|now apply C].
Qed.
End F16.

(* And bf16. *)
Section BF16.
Hypothesis a_bf16 : bf16 a.
Hypothesis outer_bf16 : forall k, In k outer -> bf16 (x k) /\ bf16 (w k).
Let Q := quantized a s inner.

Theorem accuracy_paper_bf16 : forall t, in_some_order (map (fun k => x k * w k) outer) t ->
  let E := outliers_paper outer in
  let order := Rabs (of_order (map (fun k => rn (x k * w k)) outer)) in
  let r := dequantize_bound * Rabs Q + order * total (fun k => Rabs (x k * w k)) outer
           + (bpow radix2 (-149) + (1 + order) * (INR (length outer) * product_loss)) in
  accurate (exact inner outer + bias)
    (int8_paper a s inner + store emin p (addition r (Q + E)) (Q + E + bias))
    (layer_paper (accumulator inner) a s t bias).
Proof.
  intros t O E order r. apply paper_from; [exact O|]. intros A HA. rewrite map_map in HA.
  apply (llmint8_linear_paper_bf16 choice emin p choice_out a s bias inner outer);
    (assumption || lra).
Qed.

Theorem accuracy_bnb_bf16 : forall t,
  (forall k, In k outer -> is_code s (w k) (v k) /\ int8 (v k)) ->
  in_some_order (map (fun k => x k * IZR (v k)) outer) t ->
  let E := outliers_bnb s outer in
  let g := (1 + Rabs (of_order (map (fun k => x k * IZR (v k)) outer))) * (1 + scale_bound) - 1 in
  let r := dequantize_bound * Rabs Q + g * total (fun k => Rabs (x k * W s k)) outer
           + bpow radix2 (-148) in
  accurate (exact inner outer + bias)
    (int8_bnb a s inner outer + store emin p (addition r (Q + E)) (Q + E + bias))
    (layer_bnb (accumulator inner) a s t bias).
Proof.
  intros t C O E g r. apply bnb_from; [intros k Hk; now apply C|exact O|].
  intros A HA. rewrite numbers_are_kept in HA.
  - apply (llmint8_linear_bnb_bf16 choice emin p choice_out a s bias inner outer);
      (assumption || lra).
  - apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_bf16 k Hk). apply bf16_with_code; [assumption|now apply C].
Qed.
End BF16.
End Overflow.
