(* run.v -- accumulate_fused.md, T2: what a sum loses whose every operation loses a part of what is there
   and an absolute amount.

   The other files of this page say of one operation what it loses; this one puts them together. *)
Require Import Reals ZArith Lia Lra Psatz List.
From Flocq Require Import Core.
From Kbit Require Import rounding.
Local Open Scope R_scope.

(* run E S b G v: inputs with the exact sum E and the total weight S have become v, after relative
   losses b and absolute losses G. A term may be formed with losses of its own; a step adds x, of
   weight s, to v and loses l of all that is there, and g; a join adds two such values; a rounding is a
   step without x; a scaling multiplies by c, with the factor e^l and g. *)
Inductive run : R -> R -> R -> R -> R -> Prop :=
| input : forall x s, Rabs x <= s -> run x s 0 0 x
| formed : forall x s b G v, Rabs x <= s -> 0 <= b -> 0 <= G ->
    Rabs (v - x) <= s * (exp b - 1) + G * exp b -> run x s b G v
| scale : forall E S b G v c l g o, run E S b G v -> 0 <= l -> 0 <= g ->
    Rabs (o - c * v) <= (exp l - 1) * Rabs (c * v) + g -> run (c * E) (Rabs c * S) (b + l) (Rabs c * G + g) o
| next : forall E S b G v x s l g o, run E S b G v -> Rabs x <= s -> 0 <= l -> 0 <= g ->
    Rabs (o - (v + x)) <= l * (Rabs v + s) + g -> run (E + x) (S + s) (b + l) (G + g) o
| join : forall E S G v E' S' G' v' b l g o, run E S b G v -> run E' S' b G' v' -> 0 <= l -> 0 <= g ->
    Rabs (o - (v + v')) <= l * (Rabs v + Rabs v') + g -> run (E + E') (S + S') (b + l) (G + G' + g) o
| at_most : forall E S b G v b' G', run E S b G v -> b <= b' -> G <= G' -> run E S b' G' v.

Lemma exp_ge : forall x, 1 + x <= exp x.
Proof. exact exp_ineq1_le. Qed.

(* S + G grows by at most 1 + l in each step, and 1 + l <= e^l. *)
Theorem run_error : forall E S b G v, run E S b G v ->
  Rabs (v - E) <= S * (exp b - 1) + G * exp b.
Proof.
  assert (W : forall E S b G v, run E S b G v ->
    Rabs E <= S /\ 0 <= b /\ 0 <= G /\ Rabs (v - E) <= (S + G) * exp b - S).
  { assert (X : forall E S b G v, Rabs E <= S -> Rabs (v - E) <= (S + G) * exp b - S ->
      Rabs v <= (S + G) * exp b).
    { intros E S b G v HE Hv. replace v with (E + (v - E)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. lra. }
    induction 1 as [x s Hx | x s b G v Hx Hb HG Hv | E S b G v c l g o _ (IE & Ib & IG & IH) Hl Hg Ho
                   | E S b G v x s l g o _ (IE & Ib & IG & IH) Hx Hl Hg Ho
                   | E S G v E' S' G' v' b l g o _ (IE & Ib & IG & IH) _ (IE' & _ & IG' & IH') Hl Hg Ho
                   | E S b G v b' G' _ (IE & Ib & IG & IH) Hb HG].
    - rewrite Rminus_diag_eq, Rabs_R0, exp_0 by reflexivity. repeat split; lra.
    - repeat split; lra.
    - assert (V := X E S b G v IE IH). assert (P := exp_ge b). assert (Q := exp_ge l).
      assert (PS := Rabs_pos E). assert (C := Rabs_pos c). rewrite Rabs_mult in Ho.
      repeat split; [rewrite Rabs_mult; now apply Rmult_le_compat_l|lra| |].
      { apply Rplus_le_le_0_compat; [now apply Rmult_le_pos|exact Hg]. }
      replace (o - c * E) with ((o - c * v) + c * (v - E)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_mult c (v - E)), exp_plus.
      assert (A : Rabs c * Rabs v <= Rabs c * ((S + G) * exp b)) by (apply Rmult_le_compat_l; assumption).
      assert (A' : (exp l - 1) * (Rabs c * Rabs v) <= (exp l - 1) * (Rabs c * ((S + G) * exp b)))
        by (apply Rmult_le_compat_l; [lra|exact A]).
      assert (B : Rabs c * Rabs (v - E) <= Rabs c * ((S + G) * exp b - S))
        by (apply Rmult_le_compat_l; assumption).
      assert (F : 1 <= exp b * exp l) by nra.
      assert (F' : g * 1 <= g * (exp b * exp l)) by (apply Rmult_le_compat_l; lra).
      lra.
    - assert (V := X E S b G v IE IH). assert (P := exp_ge b). assert (Q := exp_ge l).
      assert (PS := Rabs_pos E). assert (Px := Rabs_pos x).
      repeat split; [eapply Rle_trans; [apply Rabs_triang|]; lra|lra|lra|].
      replace (o - (E + x)) with ((o - (v + x)) + (v - E)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite exp_plus.
      assert (A : l * Rabs v <= l * ((S + G) * exp b)) by (apply Rmult_le_compat_l; lra).
      assert (B : (S + G) * exp b * (1 + l) <= (S + G) * exp b * exp l)
        by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|lra]).
      assert (C : 1 + l <= exp b * exp l) by nra.
      assert (D : s * (1 + l) <= s * (exp b * exp l)) by (apply Rmult_le_compat_l; lra).
      assert (F : g * 1 <= g * (exp b * exp l)) by (apply Rmult_le_compat_l; lra).
      lra.
    - assert (V := X E S b G v IE IH). assert (V' := X E' S' b G' v' IE' IH').
      assert (P := exp_ge b). assert (Q := exp_ge l).
      assert (PS := Rabs_pos E). assert (PS' := Rabs_pos E').
      repeat split; [eapply Rle_trans; [apply Rabs_triang|]; lra|lra|lra|].
      replace (o - (E + E')) with ((o - (v + v')) + ((v - E) + (v' - E'))) by ring.
      eapply Rle_trans; [apply Rabs_triang|].
      assert (T := Rabs_triang (v - E) (v' - E')). rewrite exp_plus.
      assert (A : l * (Rabs v + Rabs v') <= l * ((S + G) * exp b + (S' + G') * exp b))
        by (apply Rmult_le_compat_l; lra).
      assert (B : ((S + G) * exp b + (S' + G') * exp b) * (1 + l)
                  <= ((S + G) * exp b + (S' + G') * exp b) * exp l).
      { apply Rmult_le_compat_l; [|lra]. apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra. }
      assert (C : 1 <= exp b * exp l) by nra.
      assert (F : g * 1 <= g * (exp b * exp l)) by (apply Rmult_le_compat_l; lra).
      lra.
    - assert (PS := Rabs_pos E). assert (P := exp_ge b).
      assert (Q : exp b <= exp b').
      { destruct (Req_dec b b') as [-> | N]; [lra|]. apply Rlt_le, exp_increasing. lra. }
      repeat split; [lra|lra|lra|]. eapply Rle_trans; [exact IH|].
      assert ((S + G) * exp b <= (S + G') * exp b') by (apply Rmult_le_compat; lra). lra. }
  intros E S b G v H. destruct (W E S b G v H) as (_ & _ & _ & B). lra.
Qed.

(* What the judges compute for e^b - 1: b + b^2 up to 1/4, a power of 3 beyond. *)
Theorem growth_as_judged : forall b, 0 <= b <= / 4 -> exp b - 1 <= b + b * b.
Proof.
  intros b Hb. assert (P := exp_ge b).
  assert (N := exp_ge (- (b / 2))). assert (N1 : 0 <= 1 - b / 2) by lra.
  assert (I : exp b * (exp (- (b / 2)) * exp (- (b / 2))) = 1).
  { rewrite <- !exp_plus. replace (b + (- (b / 2) + - (b / 2))) with 0 by field. apply exp_0. }
  assert (Q : (1 - b / 2) * (1 - b / 2) <= exp (- (b / 2)) * exp (- (b / 2)))
    by (apply Rmult_le_compat; solve [exact N1 | lra]).
  assert (R : exp b * ((1 - b / 2) * (1 - b / 2)) <= 1).
  { eapply Rle_trans; [|right; exact I]. apply Rmult_le_compat_l; [lra|exact Q]. }
  assert (T : 1 <= (1 + b + b * b) * ((1 - b / 2) * (1 - b / 2))).
  { replace ((1 + b + b * b) * ((1 - b / 2) * (1 - b / 2)))
      with (1 + b * b * (1 - 3 * b + b * b) / 4) by field.
    assert (0 <= b * b * (1 - 3 * b + b * b)) by (apply Rmult_le_pos; nra). lra. }
  assert (Z : 0 < (1 - b / 2) * (1 - b / 2)) by (apply Rmult_lt_0_compat; lra).
  assert (exp b * ((1 - b / 2) * (1 - b / 2)) <= (1 + b + b * b) * ((1 - b / 2) * (1 - b / 2))) by lra.
  assert (exp b <= 1 + b + b * b) by (apply Rmult_le_reg_r with ((1 - b / 2) * (1 - b / 2)); assumption).
  lra.
Qed.

Theorem growth_beyond : forall b n, b <= INR n -> exp b <= 3 ^ n.
Proof.
  intros b n H.
  assert (M : exp b <= exp (INR n)).
  { destruct (Req_dec b (INR n)) as [-> | N]; [lra|]. apply Rlt_le, exp_increasing. lra. }
  eapply Rle_trans; [exact M|]. clear. induction n as [|n IH]; [simpl; rewrite exp_0; lra|].
  rewrite S_INR, exp_plus. simpl. rewrite (Rmult_comm 3). assert (E := exp_le_3).
  apply Rmult_le_compat; try assumption; apply Rlt_le, exp_pos.
Qed.

(* growth.v's form, (1 + e)(1 + v)^m, is below e^(e + m v). *)
Theorem growth_covers : forall e v m, 0 <= e -> 0 <= v -> (1 + e) * (1 + v) ^ m <= exp (e + INR m * v).
Proof.
  intros e v m He Hv. rewrite exp_plus. assert (A := exp_ge e).
  assert (B : (1 + v) ^ m <= exp (INR m * v)).
  { induction m as [|m IH]; [simpl; rewrite Rmult_0_l, exp_0; lra|].
    rewrite S_INR, Rmult_plus_distr_r, exp_plus, Rmult_1_l. simpl. rewrite Rmult_comm.
    apply Rmult_le_compat; [apply pow_le; lra|lra|exact IH|apply exp_ge]. }
  apply Rmult_le_compat; [lra|apply pow_le; lra|exact A|exact B].
Qed.

(* ---- operations in fp32 ------------------------------------------------------------------------ *)
Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Local Instance bits_of_f16 : Prec_gt_0 11 := eq_refl.
Definition f32 := number (-149) 24.
Definition u := bpow radix2 (-24).

(* An addition to nearest: l = u. *)
Lemma addition : forall choice a b, f32 a -> f32 b ->
  Rabs (nearest (-149) 24 choice (a + b) - (a + b)) <= u * (Rabs a + Rabs b) + 0.
Proof.
  intros choice a b Na Nb. rewrite Rplus_0_r.
  eapply Rle_trans; [apply nearest_sum; [reflexivity|exact Na|exact Nb]|].
  assert (R := rounded_range (unit_roundoff 24) (u_positive 24)).
  apply Rmult_le_compat; [apply R|apply Rabs_pos|apply R|apply Rabs_triang].
Qed.

(* The same on a machine that makes a zero of what is below 2^-126: 2^-126 more. *)
Definition flushed x := if Rlt_dec (Rabs x) (bpow radix2 (-126)) then 0 else x.

Lemma flushed_addition : forall choice a b o, f32 a -> f32 b ->
  o = nearest (-149) 24 choice (a + b) \/ o = flushed (nearest (-149) 24 choice (a + b)) ->
  Rabs (o - (a + b)) <= u * (Rabs a + Rabs b) + bpow radix2 (-126).
Proof.
  intros choice a b o Na Nb H. assert (A := addition choice a b Na Nb). rewrite Rplus_0_r in A.
  assert (P := bpow_ge_0 radix2 (-126)).
  destruct H as [-> | ->]; [lra|]. unfold flushed.
  destruct (Rlt_dec _ _) as [L | L]; [|lra].
  replace (0 - (a + b)) with ((nearest (-149) 24 choice (a + b) - (a + b))
                              - nearest (-149) 24 choice (a + b)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.

(* D, a number, comes last. *)
Theorem then_D : forall choice E S b G v D, run E S b G v -> f32 v -> f32 D ->
  run (E + D) (S + Rabs D) (b + u) G (nearest (-149) 24 choice (v + D)).
Proof.
  intros choice E S b G v D H Nv ND. rewrite <- (Rplus_0_r G).
  apply next with v; [exact H|lra|apply bpow_ge_0|lra|]. now apply addition.
Qed.

(* ---- split sums -------------------------------------------------------------------------------- *)
(* Partial sums, each with b and G of its own at most, are added in fp32: d additions at most lie
   between a part and the result. *)
Inductive added_parts (b : R) : nat -> R -> R -> R -> R -> Prop :=
| a_part : forall E S G v, run E S b G v -> f32 v -> added_parts b 0 E S G v
| two_parts : forall d E S G v d' E' S' G' v' choice,
    added_parts b d E S G v -> added_parts b d' E' S' G' v' ->
    added_parts b (1 + Nat.max d d') (E + E') (S + S') (G + G') (nearest (-149) 24 choice (v + v')).

Theorem split_f32 : forall b d E S G v, added_parts b d E S G v -> run E S (b + INR d * u) G v.
Proof.
  assert (U := bpow_ge_0 radix2 (-24)). fold u in U.
  assert (W : forall b d E S G v, added_parts b d E S G v -> f32 v /\ run E S (b + INR d * u) G v).
  { induction 1 as [E S G v H N | d E S G v d' E' S' G' v' choice _ [N H] _ [N' H']].
    - split; [exact N|]. simpl. apply at_most with b G; [exact H|lra|lra].
    - split; [now apply nearest_is_number|]. rewrite plus_INR. change (INR 1) with 1.
      assert (M : forall k, (k <= Nat.max d d')%nat -> b + INR k * u <= b + INR (Nat.max d d') * u).
      { intros k K. apply Rplus_le_compat_l, Rmult_le_compat_r; [exact U|now apply le_INR]. }
      replace (b + (1 + INR (Nat.max d d')) * u) with (b + INR (Nat.max d d') * u + u) by ring.
      replace (G + G') with (G + G' + 0) by ring.
      apply join with v v'; [|  |exact U|lra|now apply addition].
      + apply at_most with (b + INR d * u) G; [exact H|apply M; lia|lra].
      + apply at_most with (b + INR d' * u) G'; [exact H'|apply M; lia|lra]. }
  intros b d E S G v H. now apply W.
Qed.

(* A partial sum through fp16: 2^-11 of it, or 2^-25 where that is subnormal. *)
Theorem split_f16 : forall choice E S b G v, run E S b G v ->
  run E S (b + bpow radix2 (-11)) (G + bpow radix2 (-25)) (nearest (-24) 11 choice v).
Proof.
  intros choice E S b G v H. rewrite <- (Rplus_0_r E), <- (Rplus_0_r S).
  assert (P11 := bpow_ge_0 radix2 (-11)). assert (P25 := bpow_ge_0 radix2 (-25)).
  apply next with v; [exact H|rewrite Rabs_R0; lra|exact P11|exact P25|].
  rewrite !Rplus_0_r. assert (N := nearest_error (-24) 11 choice v). assert (V := Rabs_pos v).
  assert (R := rounded_range (unit_roundoff 11) (u_positive 11)).
  change (unit_roundoff 11) with (bpow radix2 (-11)) in *.
  assert (rounded (bpow radix2 (-11)) * Rabs v <= bpow radix2 (-11) * Rabs v)
    by (apply Rmult_le_compat_r; lra).
  assert (0 <= bpow radix2 (-11) * Rabs v) by (apply Rmult_le_pos; lra).
  eapply Rle_trans; [exact N|]. apply Rmax_lub; [lra|].
  replace (bpow radix2 (-24) / 2) with (bpow radix2 (-25)) by (simpl; lra). lra.
Qed.
