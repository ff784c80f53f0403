(* baselines.v -- reference/baselines: the roundings of the zeropoint baselines. *)
Require Import Reals ZArith Lia Lra Psatz.
From Flocq Require Import Core.
From Kbit Require Import rounding product.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.

Section Zeropoint.
Variable choice : Z -> bool.
Notation rn := (nearest (-149) 24 choice).
Notation u := (bpow radix2 (-24)).

Lemma u_small : 0 < u < / 2.
Proof. simpl. lra. Qed.

(* A rounding that is a factor, as rounding.v has it. *)
Definition factor x o := exists e, Rabs e <= rounded u /\ o = x * (1 + e).

Lemma factor_of : forall x, Rabs (rn x - x) <= rounded u * Rabs x -> factor x (rn x).
Proof.
  intros x H. destruct (Req_dec x 0) as [-> | X].
  - exists 0. split; [rewrite Rabs_R0; apply rounded_range, bpow_gt_0|].
    rewrite nearest_0 by reflexivity. ring.
  - exists ((rn x - x) / x). split; [|now field].
    unfold Rdiv. rewrite Rabs_mult, Rabs_inv. apply Rmult_le_reg_r with (Rabs x); [now apply Rabs_pos_lt|].
    rewrite Rmult_assoc, Rinv_l by now apply Rabs_no_R0. lra.
Qed.

Lemma normal_factor : forall x, x = 0 \/ bpow radix2 (-126) <= Rabs x -> factor x (rn x).
Proof. intros x H. apply factor_of. apply (nearest_normal (-149) 24 choice x H). Qed.

(* scale = RN(254 / RN(max - min)), for max and min with a finite difference. *)
Theorem zeropoint_scale : forall min max, number (-149) 24 min -> number (-149) 24 max -> max <> min ->
  Rabs (rn (max - min)) < bpow radix2 128 ->
  Rabs (rn (254 / rn (max - min)) - 254 / (max - min))
    <= ((1 + u) ^ 2 - 1) * Rabs (254 / (max - min)).
Proof.
  intros mn mx Nn Nx D F. assert (U := u_small). assert (R := rounded_range u (proj1 U)).
  assert (D0 : mx - mn <> 0) by (intro K; apply D; lra).
  assert (Nm : number (-149) 24 (- mn)) by now apply generic_format_opp.
  destruct (factor_of (mx - mn)) as (e & He & E).
  { apply (nearest_sum (-149) 24 choice mx (- mn) Nx Nm). }
  assert (He' := Rabs_le_inv _ _ He).
  assert (P1 : 1 + e <> 0) by (intro K; lra).
  assert (Q0 : rn (mx - mn) <> 0) by (rewrite E; now apply Rmult_integral_contrapositive).
  destruct (normal_factor (254 / rn (mx - mn))) as (f & Hf & Ef).
  { right. unfold Rdiv. rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq 254) by lra.
    assert (P := Rabs_pos_lt _ Q0).
    apply Rmult_le_reg_r with (Rabs (rn (mx - mn))); [exact P|]. rewrite Rmult_assoc, Rinv_l by lra.
    apply Rle_trans with (bpow radix2 (-126) * bpow radix2 128).
    - apply Rmult_le_compat_l; [apply bpow_ge_0|lra].
    - rewrite <- bpow_plus. simpl. lra. }
  rewrite Ef. rewrite E at 1.
  assert (V := divisor (mx - mn) e D0 He). rewrite pow_1 in V.
  set (d := mx - mn) in *.
  replace (254 / (d * (1 + e)) * (1 + f) - 254 / d)
    with (254 * ((/ (d * (1 + e)) - / d) * (1 + f) + / d * f)) by (field; split; assumption).
  replace (Rabs (254 / d)) with (254 * Rabs (/ d))
    by (unfold Rdiv; rewrite Rabs_mult, (Rabs_pos_eq 254) by lra; reflexivity).
  rewrite Rabs_mult, (Rabs_pos_eq 254) by lra.
  assert (A : Rabs ((/ (d * (1 + e)) - / d) * (1 + f)) <= (1 + u - 1) * Rabs (/ d) * (1 + u)).
  { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [exact V|].
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_R1. lra. }
  assert (B : Rabs (/ d * f) <= Rabs (/ d) * u).
  { rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|lra]. }
  assert (T := Rabs_triang ((/ (d * (1 + e)) - / d) * (1 + f)) (/ d * f)).
  replace (((1 + u) ^ 2 - 1) * (254 * Rabs (/ d)))
    with (254 * ((1 + u - 1) * Rabs (/ d) * (1 + u) + Rabs (/ d) * u)) by ring.
  apply Rmult_le_compat_l; lra.
Qed.

(* y = RN(RN(RN(C) / scale_x) / scale_w): three roundings, where neither quotient is subnormal. *)
Theorem zeropoint_dequantize : forall C sx sw, sx <> 0 -> sw <> 0 ->
  let q := rn (IZR C) / sx in let r := rn q / sw in
  q = 0 \/ bpow radix2 (-126) <= Rabs q -> r = 0 \/ bpow radix2 (-126) <= Rabs r ->
  Rabs (rn r - IZR C / sx / sw) <= ((1 + u) ^ 3 - 1) * Rabs (IZR C / sx / sw).
Proof.
  intros C sx sw X W q r Hq Hr. assert (U := u_small). assert (R := rounded_range u (proj1 U)).
  assert (M := multiple_IZR C).
  destruct (nearest_factor (-149) 24 eq_refl choice 0 (IZR C) M ltac:(lia)) as (e & He & E).
  change (unit_roundoff 24) with u in He.
  destruct (normal_factor q Hq) as (f & Hf & F). destruct (normal_factor r Hr) as (g & Hg & G).
  rewrite G. unfold r. rewrite F. unfold q. rewrite E.
  set (y := IZR C / sx / sw).
  replace (IZR C * (1 + e) / sx * (1 + f) / sw * (1 + g) - y)
    with (((1 + e) * (1 + f) * (1 + g) - 1) * y) by (unfold y; field; now split).
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  apply Rabs_le_inv in He. apply Rabs_le_inv in Hf. apply Rabs_le_inv in Hg.
  assert (A : (1 - u) * (1 - u) * (1 - u) <= (1 + e) * (1 + f) * (1 + g) <= (1 + u) * (1 + u) * (1 + u)).
  { split; repeat (apply Rmult_le_compat; try lra); apply Rmult_le_pos; lra. }
  assert (S : (1 - u) * (1 - u) * (1 - u) + (1 + u) ^ 3 = 2 + 6 * (u * u)) by ring.
  assert (0 <= u * u) by (apply Rmult_le_pos; lra).
  assert (C3 : (1 + u) * (1 + u) * (1 + u) = (1 + u) ^ 3) by ring.
  apply Rabs_le. lra.
Qed.
End Zeropoint.
