(* rounding.v -- what the other files use of floating-point arithmetic.

   A number of a format with p bits and least exponent emin is m 2^e with |m| < 2^p and e >= emin:
   fp32 has p = 24, emin = -149; fp16 has 11 and -24; bf16 has 8 and -133. Flocq calls this
   FLT_exp emin p. It has subnormals and no largest number, so "without overflow" is part of every
   statement; no_overflow in summation.v says when that holds for a sum.

   choice decides ties. Nothing here depends on it. *)
Require Import Reals ZArith Lia Lra Psatz.
From Flocq Require Import Core Relative Plus_error.
Local Open Scope R_scope.

(* u = 2^-p, and the largest relative error u / (1 + u) of one rounding to nearest. *)
Definition unit_roundoff p := bpow radix2 (- p).
Definition rounded u := u / (1 + u).

Lemma unit_roundoff_is : forall p, u_ro radix2 p = unit_roundoff p.
Proof. intro p. unfold u_ro, unit_roundoff. rewrite bpow_plus. simpl. lra. Qed.

Lemma rounded_range : forall u, 0 < u -> 0 <= rounded u <= u.
Proof.
  intros u Hu. unfold rounded. assert (H : 0 < / (1 + u)) by (apply Rinv_0_lt_compat; lra).
  assert (H1 : (1 + u) * / (1 + u) = 1) by (apply Rinv_r; lra).
  unfold Rdiv. split; nra.
Qed.

Section Format.
Variables emin p : Z.
Context {p_positive : Prec_gt_0 p}.
Variable choice : Z -> bool.
Let u := unit_roundoff p.

Definition number x := generic_format radix2 (FLT_exp emin p) x.
Definition nearest x := round radix2 (FLT_exp emin p) (Znearest choice) x.

Lemma u_positive : 0 < u.
Proof. apply bpow_gt_0. Qed.

Lemma nearest_is_number : forall x, number (nearest x).
Proof. intro x. apply generic_format_round; auto with typeclass_instances. Qed.

Lemma nearest_of_number : forall x, number x -> nearest x = x.
Proof. intros x Hx. apply round_generic; auto with typeclass_instances. Qed.

Lemma number_0 : number 0.
Proof. apply generic_format_0. Qed.

Lemma nearest_0 : nearest 0 = 0.
Proof. apply nearest_of_number, number_0. Qed.

(* No number is nearer than the nearest. *)
Lemma nearest_error_le : forall x g, number g -> Rabs (nearest x - x) <= Rabs (g - x).
Proof.
  intros x g Hg.
  destruct (round_N_pt radix2 (FLT_exp emin p) choice x) as [_ H].
  now apply H.
Qed.

(* A sum of two numbers has a small relative error even where it is subnormal: it is exact there. *)
Lemma nearest_sum : forall x y, number x -> number y ->
  Rabs (nearest (x + y) - (x + y)) <= rounded u * Rabs (x + y).
Proof.
  intros x y Hx Hy.
  destruct (FLT_plus_error_N_ex radix2 emin p choice x y Hx Hy) as (e & He & Hr).
  unfold nearest. rewrite Hr. rewrite unit_roundoff_is in He.
  replace ((x + y) * (1 + e) - (x + y)) with (e * (x + y)) by ring.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|exact He].
Qed.

(* Any real: a relative error where the result is normal, an absolute one where it is subnormal. *)
Lemma nearest_error : forall x,
  Rabs (nearest x - x) <= Rmax (rounded u * Rabs x) (bpow radix2 emin / 2).
Proof.
  intro x.
  destruct (relative_error_N_FLT'_ex radix2 emin p p_positive choice x)
    as (e & h & He & Hh & Hz & Hr).
  unfold nearest. rewrite Hr. rewrite unit_roundoff_is in He. fold u in He. fold (rounded u) in He.
  replace (x * (1 + e) + h - x) with (x * e + h) by ring.
  destruct (Rmult_integral _ _ Hz) as [-> | ->].
  - rewrite Rmult_0_r, Rplus_0_l. eapply Rle_trans; [|apply Rmax_r]. lra.
  - rewrite Rplus_0_r, Rabs_mult, Rmult_comm. eapply Rle_trans; [|apply Rmax_l].
    apply Rmult_le_compat_r; [apply Rabs_pos|exact He].
Qed.

(* A real that is 0 or in the normal range. *)
Lemma nearest_normal : forall x, x = 0 \/ bpow radix2 (emin + p - 1) <= Rabs x ->
  Rabs (nearest x - x) <= rounded u * Rabs x.
Proof.
  intros x [-> | Hx].
  - rewrite nearest_0, Rminus_0_r, Rabs_R0. lra.
  - unfold nearest. rewrite round_FLT_FLX by exact Hx.
    assert (H := relative_error_N_FLX' radix2 p p_positive choice x).
    now rewrite unit_roundoff_is in H.
Qed.

(* m 2^e with an integer |m| < 2^p. *)
Lemma number_of : forall m e, (Z.abs m < 2 ^ p)%Z -> (emin <= e)%Z -> number (IZR m * bpow radix2 e).
Proof.
  intros m e Hm He. apply generic_format_FLT.
  exists (Float radix2 m e); [reflexivity|exact Hm|exact He].
Qed.

Lemma number_is : forall x, number x ->
  exists m e, x = IZR m * bpow radix2 e /\ (Z.abs m < 2 ^ p)%Z /\ (emin <= e)%Z.
Proof.
  intros x Hx. destruct (FLT_format_generic _ _ _ _ Hx) as [f Hf Hm He].
  exists (Fnum f), (Fexp f). auto.
Qed.
End Format.

(* Multiples of 2^g. Rounding leaves a multiple of 2^g one, and a multiple is 0 or at least 2^g. *)
Definition multiple g x := generic_format radix2 (FIX_exp g) x.

Lemma number_multiple : forall emin p x, number emin p x -> multiple emin x.
Proof. intros emin p x. apply generic_format_FIX_FLT. Qed.

Lemma multiple_of : forall g m e, (g <= e)%Z -> multiple g (IZR m * bpow radix2 e).
Proof.
  intros g m e He. apply generic_format_FIX.
  exists (Float radix2 (m * 2 ^ (e - g)) g); [|reflexivity].
  unfold F2R. simpl. rewrite mult_IZR, (IZR_Zpower radix2) by lia.
  rewrite Rmult_assoc, <- bpow_plus. do 2 f_equal. ring.
Qed.

Lemma multiple_is : forall g x, multiple g x -> exists m, x = IZR m * bpow radix2 g.
Proof.
  intros g x Hx. destruct (FIX_format_generic _ _ _ Hx) as [f Hf He].
  exists (Fnum f). now rewrite Hf, <- He.
Qed.

Lemma multiple_nearest : forall g emin p (H : Prec_gt_0 p) choice x,
  multiple g x -> multiple g (nearest emin p choice x).
Proof. intros. apply generic_round_generic; auto with typeclass_instances. Qed.

Lemma multiple_plus : forall g x y, multiple g x -> multiple g y -> multiple g (x + y).
Proof.
  intros g x y Hx Hy.
  destruct (multiple_is _ _ Hx) as [m ->]. destruct (multiple_is _ _ Hy) as [n ->].
  rewrite <- Rmult_plus_distr_r, <- plus_IZR. apply multiple_of. lia.
Qed.

Lemma multiple_at_least : forall g x, multiple g x -> x = 0 \/ bpow radix2 g <= Rabs x.
Proof.
  intros g x Hx. destruct (multiple_is _ _ Hx) as [m ->].
  destruct (Z.eq_dec m 0) as [-> | Hm]; [left; ring|right].
  rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 g)) by apply bpow_ge_0.
  rewrite <- (Rmult_1_l (bpow radix2 g)) at 1.
  apply Rmult_le_compat_r; [apply bpow_ge_0|].
  rewrite <- abs_IZR. apply IZR_le. lia.
Qed.

Lemma multiple_mult : forall g h x y, multiple g x -> multiple h y -> multiple (g + h) (x * y).
Proof.
  intros g h x y Hx Hy.
  destruct (multiple_is _ _ Hx) as [m ->]. destruct (multiple_is _ _ Hy) as [n ->].
  replace (IZR m * bpow radix2 g * (IZR n * bpow radix2 h)) with (IZR (m * n) * bpow radix2 (g + h))
    by (rewrite mult_IZR, bpow_plus; ring).
  apply multiple_of. lia.
Qed.

Lemma multiple_IZR : forall n, multiple 0 (IZR n).
Proof.
  intro n. replace (IZR n) with (IZR n * bpow radix2 0) by (simpl; ring).
  apply multiple_of. lia.
Qed.

(* A multiple of a power of two that is not below the normal range is rounded with one factor. *)
Lemma nearest_factor : forall emin p (H : Prec_gt_0 p) choice g x,
  multiple g x -> (emin + p - 1 <= g)%Z ->
  exists e, Rabs e <= rounded (unit_roundoff p) /\ nearest emin p choice x = x * (1 + e).
Proof.
  intros emin p H choice g x M Hg.
  assert (N : Rabs (nearest emin p choice x - x) <= rounded (unit_roundoff p) * Rabs x).
  { apply nearest_normal; [exact H|].
    destruct (multiple_at_least g x M) as [Z | L]; [now left|right].
    eapply Rle_trans; [apply bpow_le, Hg|exact L]. }
  destruct (Req_dec x 0) as [-> | X].
  - exists 0. split.
    + rewrite Rabs_R0. apply rounded_range, bpow_gt_0.
    + rewrite nearest_0 by exact H. ring.
  - exists ((nearest emin p choice x - x) / x). split; [|now field].
    unfold Rdiv. rewrite Rabs_mult, Rabs_inv.
    assert (PX := Rabs_pos_lt x X).
    apply Rmult_le_reg_r with (Rabs x); [exact PX|].
    rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.
