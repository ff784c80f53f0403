(* product.v -- dequantize.md, dequantize-any: C a s / 16129 by any sequence of operations.

   Gappa proves one sequence at a time; this is every one of them. Factors are multiplied in any
   order and grouping, and each product is rounded: o = x y (1 + e) + h with |e| <= u, |h| <= eta, and
   eta = 2^-150 is only there where the product is subnormal. A division by 127 is a product with the
   exact factor 1 / 127. A division by a rounded d, like 127 / a, is a product with 1 / d, which is a
   factor with one relative error more if d is normal. *)
Require Import Reals ZArith Lia Lra Psatz.
From Flocq Require Import Core Relative.
From Kbit Require Import rounding.
Local Open Scope R_scope.

Section Product.
Variables u eta : R.
Hypothesis u_positive : 0 <= u.
Hypothesis eta_positive : 0 <= eta.

(* product n m X Z v: the exact product X has come out as v, after n relative errors, those of the
   factors included, and m roundings of products. Z is the product of the factors' max(1, |factor|). *)
Inductive product : nat -> nat -> R -> R -> R -> Prop :=
| a_factor : forall n x v, Rabs (v - x) <= ((1 + u) ^ n - 1) * Rabs x ->
    product n 0 x (Rmax 1 (Rabs x)) v
| a_product : forall n m X Z v n' m' X' Z' v' e h,
    product n m X Z v -> product n' m' X' Z' v' -> Rabs e <= u -> Rabs h <= eta ->
    product (n + n' + 1) (m + m' + 1) (X * X') (Z * Z') (v * v' * (1 + e) + h).

(* The computed value is the exact one with relative errors, plus what underflow has added. *)
Lemma parts : forall n m X Z v, product n m X Z v -> 1 <= Z /\ Rabs X <= Z
  /\ exists y b, v = y + b /\ Rabs (y - X) <= ((1 + u) ^ n - 1) * Rabs X
     /\ Rabs y <= (1 + u) ^ n * Rabs X /\ Rabs b <= ((1 + eta) ^ m - 1) * (1 + u) ^ n * Z.
Proof.
  assert (G : forall k, 1 <= (1 + u) ^ k) by (intro k; apply pow_R1_Rle; lra).
  assert (H : forall k, 1 <= (1 + eta) ^ k) by (intro k; apply pow_R1_Rle; lra).
  induction 1 as [n x v Hv | n m X Z v n' m' X' Z' v' e h _ IH _ IH' He Hh].
  - split; [apply Rmax_l|]. split; [apply Rmax_r|]. exists v, 0.
    split; [ring|]. split; [exact Hv|]. split.
    + replace v with (x + (v - x)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
    + simpl. rewrite Rabs_R0. lra.
  - destruct IH as (Z1 & XZ & y & b & -> & Hy & Gy & Hb).
    destruct IH' as (Z1' & XZ' & y' & b' & -> & Hy' & Gy' & Hb').
    assert (A := Rabs_pos X). assert (A' := Rabs_pos X').
    assert (N := G n). assert (N' := G n'). assert (M := H m). assert (M' := H m').
    set (p := (1 + u) ^ n) in *. set (p' := (1 + u) ^ n') in *.
    set (t := (1 + eta) ^ m) in *. set (t' := (1 + eta) ^ m') in *.
    assert (E1 : Rabs (1 + e) <= 1 + u).
    { eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_R1. lra. }
    split; [nra|]. split.
    { rewrite Rabs_mult. apply Rmult_le_compat; assumption. }
    exists (y * y' * (1 + e)), ((y * b' + b * y' + b * b') * (1 + e) + h).
    replace ((1 + u) ^ (n + n' + 1)) with (p * p' * (1 + u))
      by (unfold p, p'; rewrite !pow_add; simpl; ring).
    replace ((1 + eta) ^ (m + m' + 1)) with (t * t' * (1 + eta))
      by (unfold t, t'; rewrite !pow_add; simpl; ring).
    assert (PY : Rabs (y * y') <= p * p' * Rabs (X * X')).
    { rewrite !Rabs_mult. replace (p * p' * (Rabs X * Rabs X')) with (p * Rabs X * (p' * Rabs X')) by ring.
      apply Rmult_le_compat; try apply Rabs_pos; assumption. }
    split; [ring|]. split; [|split].
    + (* (1 + a)(1 + a')(1 + e) - 1 *)
      assert (D : Rabs (y * y' - X * X') <= (p * p' - 1) * Rabs (X * X')).
      { replace (y * y' - X * X') with ((y - X) * y' + X * (y' - X')) by ring.
        eapply Rle_trans; [apply Rabs_triang|]. rewrite !Rabs_mult.
        assert (Rabs (y - X) * Rabs y' <= (p - 1) * Rabs X * (p' * Rabs X'))
          by (apply Rmult_le_compat; try apply Rabs_pos; assumption).
        assert (Rabs X * Rabs (y' - X') <= Rabs X * ((p' - 1) * Rabs X'))
          by (apply Rmult_le_compat_l; assumption).
        lra. }
      replace (y * y' * (1 + e) - X * X') with ((y * y' - X * X') + y * y' * e) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_mult (y * y') e).
      assert (Rabs (y * y') * Rabs e <= p * p' * Rabs (X * X') * u)
        by (apply Rmult_le_compat; try apply Rabs_pos; assumption).
      lra.
    + rewrite Rabs_mult.
      apply Rle_trans with (p * p' * Rabs (X * X') * (1 + u)).
      * apply Rmult_le_compat; try apply Rabs_pos; assumption.
      * right. ring.
    + assert (Y : Rabs y <= p * Z).
      { eapply Rle_trans; [exact Gy|]. apply Rmult_le_compat_l; lra. }
      assert (Y' : Rabs y' <= p' * Z').
      { eapply Rle_trans; [exact Gy'|]. apply Rmult_le_compat_l; lra. }
      assert (Q1 : Rabs (y * b') <= p * Z * ((t' - 1) * p' * Z'))
        by (rewrite Rabs_mult; apply Rmult_le_compat; try apply Rabs_pos; assumption).
      assert (Q2 : Rabs (b * y') <= (t - 1) * p * Z * (p' * Z'))
        by (rewrite Rabs_mult; apply Rmult_le_compat; try apply Rabs_pos; assumption).
      assert (Q3 : Rabs (b * b') <= (t - 1) * p * Z * ((t' - 1) * p' * Z'))
        by (rewrite Rabs_mult; apply Rmult_le_compat; try apply Rabs_pos; assumption).
      assert (Q : Rabs (y * b' + b * y' + b * b') <= (t * t' - 1) * (p * p' * (Z * Z'))).
      { eapply Rle_trans; [apply Rabs_triang|].
        eapply Rle_trans; [apply Rplus_le_compat_r, Rabs_triang|]. lra. }
      eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
      assert (R1 : Rabs (y * b' + b * y' + b * b') * Rabs (1 + e)
                   <= (t * t' - 1) * (p * p' * (Z * Z')) * (1 + u))
        by (apply Rmult_le_compat; try apply Rabs_pos; assumption).
      (* h counts as eta times 1 <= t t' (1 + u) p p' Z Z'. *)
      assert (B1 : 1 <= p * p') by nra. assert (B2 : 1 <= Z * Z') by nra. assert (B3 : 1 <= t * t') by nra.
      assert (B4 : 1 <= p * p' * (Z * Z')) by nra.
      assert (B5 : 1 <= p * p' * (Z * Z') * (1 + u)) by nra.
      assert (B6 : 1 <= t * t' * (p * p' * (Z * Z') * (1 + u))) by nra.
      assert (R2 : Rabs h <= eta * (t * t' * (p * p' * (Z * Z') * (1 + u)))) by nra.
      lra.
Qed.

Theorem any_product : forall n m X Z v, product n m X Z v ->
  Rabs (v - X) <= ((1 + u) ^ n - 1) * Rabs X + ((1 + eta) ^ m - 1) * (1 + u) ^ n * Z.
Proof.
  intros n m X Z v H. destruct (parts n m X Z v H) as (_ & _ & y & b & -> & Hy & _ & Hb).
  replace (y + b - X) with ((y - X) + b) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
End Product.

(* fp32 to nearest. The errors of a product of any two numbers: *)
Lemma product_in_f32 : forall choice x y, exists e h,
  Rabs e <= bpow radix2 (-24) /\ Rabs h <= bpow radix2 (-150)
  /\ nearest (-149) 24 choice (x * y) = x * y * (1 + e) + h.
Proof.
  intros choice x y.
  destruct (relative_error_N_FLT'_ex radix2 (-149) 24 eq_refl choice (x * y))
    as (e & h & He & Hh & _ & Hr).
  exists e, h. rewrite unit_roundoff_is in He. fold (rounded (unit_roundoff 24)) in He.
  split; [|split; [|exact Hr]].
  - eapply Rle_trans; [exact He|]. apply rounded_range, bpow_gt_0.
  - eapply Rle_trans; [exact Hh|]. simpl. lra.
Qed.

(* A rounded divisor that is normal: 1 / (1 + e) is within u of 1. *)
Lemma divisor : forall d e, d <> 0 -> Rabs e <= rounded (bpow radix2 (-24)) ->
  Rabs (/ (d * (1 + e)) - / d) <= ((1 + bpow radix2 (-24)) ^ 1 - 1) * Rabs (/ d).
Proof.
  intros d e Hd He. assert (E : -1 < e).
  { apply Rabs_le_inv in He. assert (R := rounded_range (bpow radix2 (-24)) (bpow_gt_0 _ _)).
    assert (bpow radix2 (-24) < 1) by (simpl; lra). lra. }
  replace (/ (d * (1 + e)) - / d) with (- e / (1 + e) * / d) by (field; lra).
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  rewrite pow_1. apply Rabs_le_inv in He. unfold rounded in He.
  set (u := bpow radix2 (-24)) in *. assert (U : 0 < u) by apply bpow_gt_0.
  assert (V : u / (1 + u) * (1 + u) = u) by (field; lra).
  unfold Rdiv at 1. rewrite Rabs_mult, Rabs_Ropp, Rabs_inv, (Rabs_pos_eq (1 + e)) by lra.
  apply Rmult_le_reg_r with (1 + e); [lra|]. rewrite Rmult_assoc, Rinv_l by lra.
  apply Rle_trans with (Rmax e (- e)).
  - unfold Rabs. destruct (Rcase_abs e); rewrite Rmult_1_r; [apply Rmax_r|apply Rmax_l].
  - apply Rmax_lub; nra.
Qed.

(* dequantize.md, Theorem 3: six operations and two rounded constants, subnormal or not. The larger
   end of KBIT_BOUND_DEQUANT_ANY, as bounds.h has it. *)
Definition any_bound := 0x1.0000038cp-21.

(* g is what a subnormal result may lose: 2^-150 where it is rounded, 2^-126 where it becomes zero. *)
Lemma dequantize_any_losing : forall g n m M Z v, 0 <= g <= bpow radix2 (-126) ->
  product (bpow radix2 (-24)) g n m M Z v -> (n <= 8)%nat -> (m <= 6)%nat ->
  Rabs (v - M) <= any_bound * Rabs M + 7 * g * Z.
Proof.
  intros g n m M Z v [T T1] H Hn Hm. assert (U := bpow_ge_0 radix2 (-24)).
  assert (A := any_product _ _ U T n m M Z v H).
  destruct (parts _ _ U T n m M Z v H) as (Z1 & _).
  assert (N : (1 + bpow radix2 (-24)) ^ n <= (1 + bpow radix2 (-24)) ^ 8)
    by (apply Rle_pow; [lra|exact Hn]).
  assert (P : (1 + g) ^ m <= (1 + g) ^ 6)
    by (apply Rle_pow; [lra|exact Hm]).
  assert (N1 : 1 <= (1 + bpow radix2 (-24)) ^ n) by (apply pow_R1_Rle; lra).
  assert (P1 : 1 <= (1 + g) ^ m) by (apply pow_R1_Rle; lra).
  assert (N8 : (1 + bpow radix2 (-24)) ^ 8 - 1 <= any_bound) by (unfold any_bound; simpl; lra).
  assert (K : ((1 + g) ^ 6 - 1) * (1 + bpow radix2 (-24)) ^ 8
              <= 7 * g).
  { assert (S : 0 <= g <= / 1024) by (simpl in T1; lra).
    assert (P6 : (1 + g) ^ 6 - 1 <= g * (6 + / 2)).
    { replace ((1 + g) ^ 6 - 1) with (g * (6 + g * (15 + g * (20 + g * (15 + g * (6 + g)))))) by ring.
      apply Rmult_le_compat_l; [lra|]. nra. }
    assert (P8 : 1 <= (1 + bpow radix2 (-24)) ^ 8 <= 1 + / 1000) by (simpl; lra).
    apply Rle_trans with (g * (6 + / 2) * (1 + / 1000)); [|lra].
    apply Rmult_le_compat; [|lra|exact P6|lra].
    assert (1 <= (1 + g) ^ 6) by (apply pow_R1_Rle; lra). lra. }
  eapply Rle_trans; [exact A|]. apply Rplus_le_compat.
  - apply Rmult_le_compat_r; [apply Rabs_pos|lra].
  - apply Rmult_le_compat_r; [lra|]. eapply Rle_trans; [|exact K]. apply Rmult_le_compat; lra.
Qed.

Theorem dequantize_any : forall n m M Z v,
  product (bpow radix2 (-24)) (bpow radix2 (-150)) n m M Z v -> (n <= 8)%nat -> (m <= 6)%nat ->
  Rabs (v - M) <= any_bound * Rabs M + 7 * bpow radix2 (-150) * Z.
Proof.
  intros n m M Z v. apply dequantize_any_losing. split; [apply bpow_ge_0|apply bpow_le; lia].
Qed.
