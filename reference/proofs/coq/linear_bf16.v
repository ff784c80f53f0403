(* linear_bf16.v -- llmint8_linear.md: the accuracy theorem for bf16 rows of X and W.

   bf16 reaches as far down as fp32 does, so a product may be subnormal in fp32. What that can add is
   absolute, a few 2^-150, and is part of the bound: nothing is assumed of the operands' sizes. Names
   are those of linear.v. *)
Require Import Reals ZArith Lia Lra Psatz List Permutation.
Import ListNotations.
From Flocq Require Import Core Relative.
From Kbit Require Import rounding summation linear.
From Kbit Require growth.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Local Instance bits_of_bf16 : Prec_gt_0 8 := eq_refl.
Definition bf16 := number (-133) 8.

Section Operations.
Variable choice : Z -> bool.
Notation rn := (nearest (-149) 24 choice).

(* Any real: a factor, and 2^-150 where the result is subnormal. *)
Lemma nearest_parts : forall x, exists e h, Rabs e <= half_ulp /\ Rabs h <= bpow radix2 (-150)
  /\ rn x = x * (1 + e) + h.
Proof.
  intro x. destruct (relative_error_N_FLT'_ex radix2 (-149) 24 eq_refl choice x)
    as (e & h & He & Hh & _ & Hr).
  exists e, h. rewrite unit_roundoff_is in He. split; [exact He|]. split; [|exact Hr].
  eapply Rle_trans; [exact Hh|]. simpl. lra.
Qed.

(* A multiple of 2^-149: what is subnormal is exact, so there is a factor only. *)
Lemma nearest_of_multiple : forall x, multiple (-149) x ->
  exists e, Rabs e <= half_ulp /\ rn x = x * (1 + e).
Proof.
  intros x M. destruct (Rle_or_lt (bpow radix2 (-126)) (Rabs x)) as [N | S].
  - assert (E := nearest_normal (-149) 24 choice x (or_intror N)). fold half_ulp in E.
    assert (PX : 0 < Rabs x) by (eapply Rlt_le_trans; [apply bpow_gt_0|exact N]).
    assert (X : x <> 0) by (intros ->; rewrite Rabs_R0 in PX; lra).
    exists ((rn x - x) / x). split; [|now field].
    unfold Rdiv. rewrite Rabs_mult, Rabs_inv. apply Rmult_le_reg_r with (Rabs x); [exact PX|].
    rewrite Rmult_assoc, Rinv_l by lra. lra.
  - exists 0. rewrite Rabs_R0. split; [rewrite half_ulp_is; lra|].
    rewrite nearest_of_number; [ring|].
    destruct (multiple_is _ _ M) as [m ->]. apply number_of; [|lia].
    rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 (-149))) in S by apply bpow_ge_0.
    assert (L : Rabs (IZR m) < bpow radix2 23).
    { apply Rmult_lt_reg_r with (bpow radix2 (-149)); [apply bpow_gt_0|].
      rewrite <- bpow_plus. exact S. }
    rewrite <- abs_IZR, <- (IZR_Zpower radix2) in L by lia. apply lt_IZR in L.
    change (radix2 ^ 23)%Z with 8388608%Z in L. change (2 ^ 24)%Z with 16777216%Z. lia.
Qed.

(* dequantize.md, Theorem 1, with what underflow adds. RN(RN(C) a) needs no care. *)
Theorem dequantize_error_bf16 : forall C a s, bf16 a ->
  Rabs (dequantize choice C a s - IZR C * a * s / 16129)
    <= dequantize_bound * Rabs (IZR C * a * s / 16129) + bpow radix2 (-149).
Proof.
  intros C a s Na.
  assert (Ma := number_multiple _ _ _ Na). assert (M1 := multiple_IZR C).
  assert (W : forall g x, (-149 <= g)%Z -> multiple g x -> multiple (-149) x).
  { intros g x Hg M. destruct (multiple_is _ _ M) as [m ->]. now apply multiple_of. }
  destruct (nearest_of_multiple _ (W 0%Z _ ltac:(lia) M1)) as (e1 & H1 & E1).
  assert (M2 := multiple_mult _ _ _ _ (multiple_nearest 0 (-149) 24 _ choice _ M1) Ma).
  destruct (nearest_of_multiple _ (W (0 + -133)%Z _ ltac:(lia) M2)) as (e2 & H2 & E2).
  destruct (nearest_parts (rn (rn (IZR C) * a) * s)) as (e3 & h3 & H3 & U3 & E3).
  destruct (nearest_parts (rn (rn (rn (IZR C) * a) * s) * by_16129)) as (e4 & h4 & H4 & U4 & E4).
  unfold dequantize. rewrite E4, E3, E2, E1.
  apply factor_range in H1. apply factor_range in H2.
  apply factor_range in H3. apply factor_range in H4.
  set (c := 16129 * by_16129).
  replace ((IZR C * (1 + e1) * a * (1 + e2) * s * (1 + e3) + h3) * by_16129 * (1 + e4) + h4
           - IZR C * a * s / 16129)
    with (((1 + e1) * (1 + e2) * ((1 + e3) * (1 + e4)) * c - 1) * (IZR C * a * s / 16129)
          + (h3 * (by_16129 * (1 + e4)) + h4)) by (unfold c; field).
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat.
  - rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
    assert (P12 := product_range _ _ _ _ _ _ H1 H2 ltac:(lra) ltac:(lra)).
    assert (P34 := product_range _ _ _ _ _ _ H3 H4 ltac:(lra) ltac:(lra)).
    assert (P := product_range _ _ _ _ _ _ P12 P34 ltac:(lra) ltac:(lra)).
    assert (Kc : c = 17179868866 / 17179869184) by (unfold c, by_16129; simpl; lra).
    rewrite Kc. unfold dequantize_bound. apply Rabs_le. lra.
  - assert (K : 0 <= by_16129 * (1 + e4) <= 1 / 2).
    { assert (B : 0 <= by_16129 <= 1 / 4) by (unfold by_16129; simpl; lra).
      split; [apply Rmult_le_pos; lra|]. apply Rle_trans with (1 / 4 * 2); [|lra].
      apply Rmult_le_compat; lra. }
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult, (Rabs_pos_eq (by_16129 * (1 + e4))) by lra.
    assert (P := Rabs_pos h3).
    assert (Rabs h3 * (by_16129 * (1 + e4)) <= bpow radix2 (-150) * (1 / 2))
      by (apply Rmult_le_compat; lra).
    assert (D : bpow radix2 (-149) = 2 * bpow radix2 (-150)) by (simpl; lra).
    assert (Q := bpow_ge_0 radix2 (-150)). lra.
Qed.

(* outlier_matmul.md, Theorem 1, with what underflow adds. *)
Theorem scale_error_bf16 : forall A s,
  Rabs (scale choice A s - s / 127 * A) <= scale_bound * Rabs (s / 127 * A) + bpow radix2 (-149).
Proof.
  intros A s.
  destruct (nearest_parts (A * s)) as (e1 & h1 & H1 & U1 & E1).
  destruct (nearest_parts (rn (A * s) * by_127)) as (e2 & h2 & H2 & U2 & E2).
  unfold scale. rewrite E2, E1. apply factor_range in H1. apply factor_range in H2.
  set (c := 127 * by_127).
  replace ((A * s * (1 + e1) + h1) * by_127 * (1 + e2) + h2 - s / 127 * A)
    with (((1 + e1) * (1 + e2) * c - 1) * (s / 127 * A) + (h1 * (by_127 * (1 + e2)) + h2))
    by (unfold c; field).
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat.
  - rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
    assert (P := product_range _ _ _ _ _ _ H1 H2 ltac:(lra) ltac:(lra)).
    assert (Kc : c = 1073741820 / 1073741824) by (unfold c, by_127; simpl; lra).
    rewrite Kc. unfold scale_bound. apply Rabs_le. lra.
  - assert (K : 0 <= by_127 * (1 + e2) <= 1 / 2).
    { assert (B : 0 <= by_127 <= 1 / 4) by (unfold by_127; simpl; lra).
      split; [apply Rmult_le_pos; lra|]. apply Rle_trans with (1 / 4 * 2); [|lra].
      apply Rmult_le_compat; lra. }
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult, (Rabs_pos_eq (by_127 * (1 + e2))) by lra.
    assert (P := Rabs_pos h1).
    assert (Rabs h1 * (by_127 * (1 + e2)) <= bpow radix2 (-150) * (1 / 2))
      by (apply Rmult_le_compat; lra).
    assert (D : bpow radix2 (-149) = 2 * bpow radix2 (-150)) by (simpl; lra).
    assert (Q := bpow_ge_0 radix2 (-150)). lra.
Qed.

(* Products: with a code exact; with a bf16 number within 2^-150, for what is not below 2^-149 is
   exact, and what is, is far below 2^-126. *)
Lemma bf16_with_code : forall x v, bf16 x -> (Z.abs v <= 127)%Z -> f32 (x * IZR v).
Proof.
  intros x v Nx Hv. destruct (number_is _ _ _ Nx) as (m & e & -> & Hm & He).
  replace (IZR m * bpow radix2 e * IZR v) with (IZR (m * v) * bpow radix2 e)
    by (rewrite mult_IZR; ring).
  apply number_of; [|lia]. rewrite Z.abs_mul.
  apply Z.le_lt_trans with (Z.abs m * 127)%Z; [apply Z.mul_le_mono_nonneg_l; lia|].
  change (2 ^ 8)%Z with 256%Z in Hm. change (2 ^ 24)%Z with 16777216%Z. lia.
Qed.

Definition product_loss := bpow radix2 (-150).

Lemma product_of_bf16 : forall x w, bf16 x -> bf16 w -> Rabs (rn (x * w) - x * w) <= product_loss.
Proof.
  intros x w Nx Nw. destruct (number_is _ _ _ Nx) as (m & e & -> & Hm & He).
  destruct (number_is _ _ _ Nw) as (n & f & -> & Hn & Hf).
  assert (P := bpow_ge_0 radix2 (-150)). fold product_loss in P.
  replace (IZR m * bpow radix2 e * (IZR n * bpow radix2 f)) with (IZR (m * n) * bpow radix2 (e + f))
    by (rewrite mult_IZR, bpow_plus; ring).
  change (2 ^ 8)%Z with 256%Z in *.
  assert (B : (Z.abs (m * n) < 2 ^ 16)%Z) by (rewrite Z.abs_mul; change (2 ^ 16)%Z with 65536%Z; nia).
  destruct (Z_le_gt_dec (-149) (e + f)) as [Big | Small].
  - rewrite nearest_of_number, Rminus_diag_eq, Rabs_R0; [exact P|reflexivity|].
    apply number_of; [|exact Big]. eapply Z.lt_trans; [exact B|reflexivity].
  - assert (L : Rabs (IZR (m * n) * bpow radix2 (e + f)) <= bpow radix2 (-134)).
    { rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 (e + f))), <- abs_IZR by apply bpow_ge_0.
      replace (bpow radix2 (-134)) with (bpow radix2 16 * bpow radix2 (-150))
        by (rewrite <- bpow_plus; reflexivity).
      apply Rmult_le_compat; [apply IZR_le; lia|apply bpow_ge_0| |apply bpow_le; lia].
      rewrite <- (IZR_Zpower radix2) by lia. apply IZR_le. apply Z.lt_le_incl. exact B. }
    set (z := IZR (m * n) * bpow radix2 (e + f)) in *.
    eapply Rle_trans; [apply (nearest_error (-149) 24 choice z)|]. apply Rmax_lub.
    + fold half_ulp. rewrite half_ulp_is. unfold product_loss.
      assert (Z : 0 <= Rabs z) by apply Rabs_pos.
      apply Rle_trans with (/ 16777217 * bpow radix2 (-134)); [apply Rmult_le_compat_l; lra|].
      simpl. lra.
    + unfold product_loss. simpl. lra.
Qed.

Variables emin p : Z. (* the output's format *)
Context {p_positive : Prec_gt_0 p}.
Variable choice_out : Z -> bool.
Variables a s bias : R.
Variables inner outer : list column.
Hypothesis a_positive : 0 <= a.
Hypothesis s_positive : 0 <= s.
Hypothesis a_bf16 : bf16 a.
Hypothesis codes : forall k, In k inner -> is_code a (x k) (q k) /\ is_code s (w k) (v k).
Hypothesis outer_bf16 : forall k, In k outer -> bf16 (x k) /\ bf16 (w k).

Let Q := quantized a s inner.
Let d := dequantize choice (accumulator inner) a s.

Lemma d_error_bf16 : Rabs (d - Q) <= dequantize_bound * Rabs Q + bpow radix2 (-149).
Proof.
  unfold d, Q. rewrite <- (accumulator_is a s inner). now apply dequantize_error_bf16.
Qed.

(* ---- the paper: bf16 weights ------------------------------------------------------------------- *)
Section Paper.
Let products := map (fun k => rn (x k * w k)) outer.
Let E := outliers_paper outer.
Let T := total (fun k => Rabs (x k * w k)) outer.
Let order := Rabs (of_order products).
Let r := dequantize_bound * Rabs Q + order * T
         + (bpow radix2 (-149) + (1 + order) * (INR (length outer) * product_loss)).

Lemma rounded_products :
  Rabs (sum products - E) <= INR (length outer) * product_loss
  /\ magnitude products <= T + INR (length outer) * product_loss.
Proof.
  unfold products, E, outliers_paper, T, total, magnitude.
  assert (P := bpow_ge_0 radix2 (-150)). fold product_loss in P.
  clear codes. induction outer as [|k l IH].
  - simpl. rewrite Rminus_0_r, Rabs_R0. lra.
  - destruct IH as [A B]; [intros j Hj; apply outer_bf16; now right|].
    destruct (outer_bf16 k (or_introl eq_refl)) as [Nx Nw].
    assert (K := product_of_bf16 _ _ Nx Nw).
    change (length (k :: l)) with (S (length l)). rewrite S_INR. simpl. split.
    + replace (rn (x k * w k) + sum (map (fun k => rn (x k * w k)) l)
               - (x k * w k + sum (map (fun k => x k * w k) l)))
        with ((rn (x k * w k) - x k * w k)
              + (sum (map (fun k => rn (x k * w k)) l) - sum (map (fun k => x k * w k) l))) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. lra.
    + replace (rn (x k * w k)) with (x k * w k + (rn (x k * w k) - x k * w k)) at 1 by ring.
      assert (R := Rabs_triang (x k * w k) (rn (x k * w k) - x k * w k)). lra.
Qed.

Theorem llmint8_linear_paper_bf16 : forall A, added choice products A ->
  Rabs (nearest emin p choice_out (rn (d + A) + bias) - (exact inner outer + bias))
    <= int8_paper a s inner + store emin p (addition r (Q + E)) (Q + E + bias).
Proof.
  intros A HA.
  assert (F : Forall f32 products).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    apply nearest_is_number. easy. }
  assert (EA := added_error choice products A F HA). fold order in EA.
  destruct rounded_products as [P1 P2].
  assert (PO : 0 <= order) by apply Rabs_pos.
  assert (M : order * magnitude products <= order * (T + INR (length outer) * product_loss))
    by (apply Rmult_le_compat_l; assumption).
  assert (I := int8_error_paper a s a_positive s_positive inner outer codes). fold Q E in I.
  assert (D := d_error_bf16).
  assert (V : Rabs (d + A - (Q + E)) <= r).
  { replace (d + A - (Q + E)) with ((d - Q) + ((A - sum products) + (sum products - E))) by ring.
    eapply Rle_trans; [apply Rabs_triang|].
    assert (R := Rabs_triang (A - sum products) (sum products - E)). unfold r. lra. }
  apply layer_error; [exact p_positive|apply nearest_is_number; easy|now apply (added_is_number choice products)|exact V|exact I].
Qed.
End Paper.

(* ---- bitsandbytes: int8 weights ---------------------------------------------------------------- *)
Section Bnb.
Hypothesis outer_codes :
  forall k, In k outer -> is_code s (w k) (v k) /\ (Z.abs (v k) <= 127)%Z.
Let products := map (fun k => x k * IZR (v k)) outer.
Let E := outliers_bnb s outer.
Let T := total (fun k => Rabs (x k * W s k)) outer.
Let g := (1 + Rabs (of_order products)) * (1 + scale_bound) - 1.
Let r := dequantize_bound * Rabs Q + g * T + bpow radix2 (-148).

Theorem llmint8_linear_bnb_bf16 : forall A, added choice products A ->
  Rabs (nearest emin p choice_out (rn (d + scale choice A s) + bias) - (exact inner outer + bias))
    <= int8_bnb a s inner outer + store emin p (addition r (Q + E)) (Q + E + bias).
Proof.
  intros A HA.
  assert (F : Forall f32 products).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_bf16 k Hk). apply bf16_with_code; [assumption|now apply outer_codes]. }
  assert (ES : s / 127 * sum products = E).
  { change (sum products) with (total (fun k => x k * IZR (v k)) outer).
    rewrite <- total_scaled. unfold E, outliers_bnb. apply total_ext.
    intro k. unfold W. field. }
  assert (MS : Rabs (s / 127) * magnitude products = T).
  { unfold magnitude, products. rewrite map_map.
    change (sum (map (fun k => Rabs (x k * IZR (v k))) outer))
      with (total (fun k => Rabs (x k * IZR (v k))) outer).
    rewrite <- total_scaled. unfold T. apply total_ext. intro k.
    rewrite <- Rabs_mult. f_equal. unfold W. field. }
  assert (EA := added_error choice products A F HA).
  assert (PO := Rabs_pos (of_order products)).
  assert (PM := magnitude_positive products). assert (PS := Rabs_pos (s / 127)).
  assert (PR : 0 <= scale_bound) by (unfold scale_bound; lra).
  (* the part that is relative, at the number that scaling without underflow would give *)
  assert (EP : Rabs (scale choice A s - E) <= g * T + bpow radix2 (-149)).
  { assert (SE := scale_error_bf16 A s).
    assert (AM : Rabs A <= (1 + Rabs (of_order products)) * magnitude products).
    { replace A with (sum products + (A - sum products)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. assert (B := sum_le_magnitude products). lra. }
    rewrite <- ES, <- MS. rewrite Rabs_mult in SE.
    assert (H1 : Rabs (s / 127) * Rabs A
                 <= Rabs (s / 127) * ((1 + Rabs (of_order products)) * magnitude products))
      by (apply Rmult_le_compat_l; assumption).
    assert (H2 : scale_bound * (Rabs (s / 127) * Rabs A)
                 <= scale_bound * (Rabs (s / 127) * ((1 + Rabs (of_order products)) * magnitude products)))
      by (apply Rmult_le_compat_l; assumption).
    assert (H3 : Rabs (s / 127 * A - s / 127 * sum products)
                 <= Rabs (s / 127) * (Rabs (of_order products) * magnitude products)).
    { rewrite <- Rmult_minus_distr_l, Rabs_mult. apply Rmult_le_compat_l; assumption. }
    replace (scale choice A s - s / 127 * sum products)
      with ((scale choice A s - s / 127 * A) + (s / 127 * A - s / 127 * sum products)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. unfold g. lra. }
  assert (I := int8_error_bnb a s a_positive s_positive inner outer codes
                 (fun k Hk => proj1 (outer_codes k Hk))). fold Q E in I.
  assert (D := d_error_bf16).
  assert (V : Rabs (d + scale choice A s - (Q + E)) <= r).
  { replace (d + scale choice A s - (Q + E)) with ((d - Q) + (scale choice A s - E)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. unfold r.
    assert (D2 : bpow radix2 (-148) = 2 * bpow radix2 (-149)) by (simpl; lra). lra. }
  apply layer_error; [exact p_positive|apply nearest_is_number; easy|apply nearest_is_number; easy|exact V|exact I].
Qed.
End Bnb.
End Operations.
