(* gap.v -- quantize_gap.md: how close 127 x / a comes to a half-integer, and what a code is then.

   x and a are numbers of a format with p bits, 0 < x <= a. *)
Require Import Reals ZArith Lia Lra Psatz.
From Flocq Require Import Core.
From Kbit Require Import rounding.
Local Open Scope R_scope.

(* The integers of the proof: x = X 2^e, a = A 2^(e + d), X <= 2^p - 1, d >= 0. *)
Lemma integers : forall emin p (H : Prec_gt_0 p) x a,
  number emin p x -> number emin p a -> 0 < x <= a ->
  exists X A e d, x = IZR X * bpow radix2 e /\ a = IZR A * bpow radix2 (e + d)
    /\ (0 < X <= 2 ^ p - 1)%Z /\ (0 < A)%Z /\ (0 <= d)%Z.
Proof.
  intros emin p H x a Nx Na [Hx Hxa].
  apply generic_format_FLX_FLT in Nx. apply generic_format_FLX_FLT in Na.
  exists (Ztrunc (scaled_mantissa radix2 (FLX_exp p) x)),
    (Ztrunc (scaled_mantissa radix2 (FLX_exp p) a)), (mag radix2 x - p)%Z,
    (mag radix2 a - mag radix2 x)%Z.
  assert (M : (mag radix2 x <= mag radix2 a)%Z) by (apply mag_le; assumption).
  assert (Ex : x = IZR (Ztrunc (scaled_mantissa radix2 (FLX_exp p) x))
                   * bpow radix2 (mag radix2 x - p)) by exact Nx.
  assert (Ea : a = IZR (Ztrunc (scaled_mantissa radix2 (FLX_exp p) a))
                   * bpow radix2 (mag radix2 a - p)) by exact Na.
  set (X := Ztrunc (scaled_mantissa radix2 (FLX_exp p) x)) in *.
  set (A := Ztrunc (scaled_mantissa radix2 (FLX_exp p) a)) in *.
  assert (PX : (0 < X)%Z).
  { apply lt_IZR. apply Rmult_lt_reg_r with (bpow radix2 (mag radix2 x - p)); [apply bpow_gt_0|].
    rewrite <- Ex. lra. }
  assert (PA : (0 < A)%Z).
  { apply lt_IZR. apply Rmult_lt_reg_r with (bpow radix2 (mag radix2 a - p)); [apply bpow_gt_0|].
    rewrite <- Ea. lra. }
  repeat split; try assumption; try lia.
  - replace (mag radix2 x - p + (mag radix2 a - mag radix2 x))%Z with (mag radix2 a - p)%Z by ring.
    exact Ea.
  - assert (B : (X < 2 ^ p)%Z).
    { apply lt_IZR. rewrite (IZR_Zpower radix2) by (apply Z.lt_le_incl, H).
      apply Rmult_lt_reg_r with (bpow radix2 (mag radix2 x - p)); [apply bpow_gt_0|].
      rewrite <- Ex, <- bpow_plus. replace (p + (mag radix2 x - p))%Z with (mag radix2 x : Z) by ring.
      assert (B := bpow_mag_gt radix2 x). rewrite Rabs_pos_eq in B by lra. exact B. }
    lia.
Qed.

Section Gap.
Variables emin p : Z.
Context {p_positive : Prec_gt_0 p}.

Definition half k := IZR k + / 2.
Definition distance := / (254 * (bpow radix2 p - 1)).

(* quantize_gap.md, Theorem. *)
Theorem gap : forall x a k, number emin p x -> number emin p a -> 0 < x <= a ->
  127 * x / a = half k \/ 127 * x / a * distance <= Rabs (127 * x / a - half k).
Proof.
  intros x a k Nx Na H.
  destruct (integers emin p p_positive x a Nx Na H) as (X & A & e & d & Ex & Ea & HX & HA & Hd).
  assert (RX : 0 < IZR X) by (apply IZR_lt; lia). assert (RA : 0 < IZR A) by (apply IZR_lt, HA).
  assert (Pe := bpow_gt_0 radix2 e). assert (Pd := bpow_gt_0 radix2 d).
  set (D := IZR A * bpow radix2 d) in *.
  assert (PD : 0 < D) by (apply Rmult_lt_0_compat; assumption).
  assert (Q : 127 * x / a = 127 * IZR X / D).
  { rewrite Ex, Ea, bpow_plus. unfold D. field. lra. }
  (* The numerator 254 X - (2k+1) A 2^d is an integer. *)
  set (N := (254 * X - (2 * k + 1) * (A * 2 ^ d))%Z).
  assert (RN : IZR N = 254 * IZR X - 2 * half k * D).
  { unfold N, D, half. rewrite minus_IZR, !mult_IZR, plus_IZR, mult_IZR.
    rewrite (IZR_Zpower radix2) by exact Hd. field. }
  assert (S : 127 * IZR X / D - half k = IZR N / (2 * D)) by (rewrite RN; field; lra).
  rewrite Q. destruct (Z.eq_dec N 0) as [Z | NZ].
  - left. rewrite Z in S. unfold Rdiv at 2 in S. lra.
  - right. rewrite S. unfold Rdiv at 2. rewrite Rabs_mult, (Rabs_pos_eq (/ (2 * D)))
      by (apply Rlt_le, Rinv_0_lt_compat; lra).
    assert (N1 : 1 <= Rabs (IZR N)) by (rewrite <- abs_IZR; apply IZR_le; lia).
    assert (XP : IZR X <= bpow radix2 p - 1).
    { rewrite <- (IZR_Zpower radix2) by (apply Z.lt_le_incl, p_positive).
      change 1 with (IZR 1). rewrite <- minus_IZR. apply IZR_le. simpl. lia. }
    apply Rle_trans with (/ (2 * D)).
    + unfold distance. apply Rmult_le_reg_r with (2 * D * (254 * (bpow radix2 p - 1))).
      * apply Rmult_lt_0_compat; lra.
      * replace (127 * IZR X / D * / (254 * (bpow radix2 p - 1)) * (2 * D * (254 * (bpow radix2 p - 1))))
          with (254 * IZR X) by (field; lra).
        replace (/ (2 * D) * (2 * D * (254 * (bpow radix2 p - 1)))) with (254 * (bpow radix2 p - 1))
          by (field; lra).
        lra.
    + rewrite <- (Rmult_1_l (/ (2 * D))) at 1. apply Rmult_le_compat_r; [|exact N1].
      apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

(* Corollary 1: away from ties, a computed quotient with a small relative error gives the code of
   the exact one, whatever either rounding does at ties. *)
Corollary away_from_ties : forall x a t r choice choice',
  number emin p x -> number emin p a -> 0 < x <= a ->
  Rabs (t - 127 * x / a) <= r * (127 * x / a) -> r < distance ->
  (forall k, 127 * x / a <> half k) ->
  Znearest choice t = Znearest choice' (127 * x / a).
Proof.
  intros x a t r choice choice' Nx Na H Ht Hr Hh.
  assert (PE : 0 < 127 * x / a).
  { unfold Rdiv. apply Rmult_lt_0_compat; [lra|]. apply Rinv_0_lt_compat. lra. }
  set (E := 127 * x / a) in *. set (n := Znearest choice' E).
  assert (RE : r * E < E * distance) by (rewrite Rmult_comm; now apply Rmult_lt_compat_l).
  assert (N := Znearest_half choice' E). fold n in N.
  destruct (gap x a n Nx Na H) as [B | B]; [now destruct (Hh n)|].
  destruct (gap x a (n - 1) Nx Na H) as [C | C]; [now destruct (Hh (n - 1)%Z)|].
  fold E in B, C. unfold half in B, C. rewrite minus_IZR in C.
  apply Znearest_imp. apply Rabs_le_inv in Ht. apply Rabs_le_inv in N.
  apply Rabs_lt.
  assert (U : E - (IZR n + / 2) <= 0) by lra. rewrite Rabs_left1 in B by exact U.
  assert (L : 0 <= E - (IZR n - 1 + / 2)) by lra. rewrite Rabs_pos_eq in C by exact L.
  lra.
Qed.

(* Corollary 2: at a tie it gives one of the two neighbours. *)
Corollary at_ties : forall x a t r choice k,
  0 < x <= a -> Rabs (t - 127 * x / a) <= r * (127 * x / a) -> r < distance ->
  127 * x / a = half k ->
  Znearest choice t = k \/ Znearest choice t = (k + 1)%Z.
Proof.
  intros x a t r choice k H Ht Hr Hk.
  assert (P2 : 2 <= bpow radix2 p).
  { change 2 with (bpow radix2 1). apply bpow_le. assert (Q := p_positive). unfold Prec_gt_0 in Q. lia. }
  assert (D : distance * 254 <= 1).
  { unfold distance. apply Rmult_le_reg_l with (bpow radix2 p - 1); [lra|].
    replace ((bpow radix2 p - 1) * (/ (254 * (bpow radix2 p - 1)) * 254)) with 1 by (field; lra). lra. }
  assert (E127 : 127 * x / a <= 127).
  { unfold Rdiv. apply Rmult_le_reg_r with a; [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (PE : 0 < 127 * x / a).
  { unfold Rdiv. apply Rmult_lt_0_compat; [lra|]. apply Rinv_0_lt_compat. lra. }
  assert (S : r * (127 * x / a) < / 2) by nra.
  rewrite Hk in Ht, S. unfold half in Ht, S. apply Rabs_le_inv in Ht.
  assert (F : Zfloor t = k) by (apply Zfloor_imp; rewrite plus_IZR; lra).
  assert (C : Zceil t = (k + 1)%Z).
  { apply Zceil_imp. rewrite plus_IZR. replace (k + 1 - 1)%Z with k by ring. lra. }
  destruct (Znearest_DN_or_UP choice t) as [-> | ->]; auto.
Qed.

(* Both together, for either sign: every code that comes out is within 1/2 of 127 x / a, which is all
   that the accuracy theorem of the layer needs. *)
Corollary code_is_nearest : forall x a t r choice,
  number emin p x -> number emin p a -> Rabs x <= a -> 0 < a ->
  Rabs (t - 127 * x / a) <= r * Rabs (127 * x / a) -> r < distance ->
  Rabs (127 * x / a - IZR (Znearest choice t)) <= / 2.
Proof.
  assert (W : forall x a t r choice, number emin p x -> number emin p a -> 0 < x <= a ->
    Rabs (t - 127 * x / a) <= r * (127 * x / a) -> r < distance ->
    Rabs (127 * x / a - IZR (Znearest choice t)) <= / 2).
  { intros x a t r choice Nx Na H Ht Hr.
    destruct (Req_dec (127 * x / a) (half (Zfloor (127 * x / a)))) as [T | T].
    - destruct (at_ties x a t r choice _ H Ht Hr T) as [C | C]; rewrite C; rewrite T at 1;
        unfold half; try rewrite plus_IZR; apply Rabs_le; lra.
    - rewrite (away_from_ties x a t r choice choice Nx Na H Ht Hr).
      + apply Znearest_half.
      + intros k K. apply T. rewrite K. unfold half. do 2 f_equal. symmetry. apply Zfloor_imp.
        rewrite plus_IZR. lra. }
  intros x a t r choice Nx Na Hxa Ha Ht Hr.
  destruct (Rtotal_order x 0) as [Hx | [-> | Hx]].
  - rewrite <- (Ropp_involutive t), Znearest_opp, opp_IZR.
    replace (127 * x / a - - IZR (Znearest (fun z => negb (choice (- (z + 1))%Z)) (- t)))
      with (- (127 * (- x) / a - IZR (Znearest (fun z => negb (choice (- (z + 1))%Z)) (- t))))
      by (unfold Rdiv; ring).
    rewrite Rabs_Ropp. rewrite Rabs_left1 in Hxa by lra.
    apply W with r; [now apply generic_format_opp|exact Na|lra| |exact Hr].
    replace (- t - 127 * - x / a) with (- (t - 127 * x / a)) by (unfold Rdiv; ring).
    rewrite Rabs_Ropp. eapply Rle_trans; [exact Ht|]. right. f_equal.
    assert (I : 0 < / a) by (apply Rinv_0_lt_compat, Ha).
    rewrite Rabs_left1; unfold Rdiv; [ring|nra].
  - replace (127 * 0 / a) with 0 in * by (unfold Rdiv; ring).
    rewrite Rabs_R0, Rmult_0_r, Rminus_0_r in Ht.
    assert (T : t = 0) by (apply Rabs_eq_R0; apply Rle_antisym; [exact Ht|apply Rabs_pos]).
    rewrite T. rewrite (Znearest_imp choice 0 0) by (rewrite Rminus_0_r, Rabs_R0; lra).
    rewrite Rminus_0_r, Rabs_R0. lra.
  - rewrite Rabs_pos_eq in Hxa by lra.
    assert (I : 0 < / a) by (apply Rinv_0_lt_compat, Ha).
    rewrite (Rabs_pos_eq (127 * x / a)) in Ht by (unfold Rdiv; nra).
    now apply W with r.
Qed.
End Gap.

(* The distances of fp16 and bf16, and the sequences' errors: quantize_rows.g and quantize_rows_bf16.g
   prove less than 2^-22 for each. fp32 is not so lucky. *)
Lemma distance_f16 : bpow radix2 (-22) < distance 11.
Proof. unfold distance. simpl. lra. Qed.

Lemma distance_bf16 : bpow radix2 (-22) < distance 8.
Proof. unfold distance. simpl. lra. Qed.

Lemma distance_f32 : distance 24 < bpow radix2 (-24).
Proof. unfold distance. simpl. lra. Qed.
