(* linear.v -- llmint8_linear.md: how far one output of LLM.int8() is from the exact x . w + bias.

   x is a row of X and w a row of W, in fp16. Both profiles, complete: int8's own error, dequantize,
   the outlier product in any order, their addition, the bias, and the rounding to the output's
   format. Without overflow (rounding.v says what that means). Never a judge. *)
Require Import Reals ZArith Lia Lra Psatz List Permutation.
Import ListNotations.
From Flocq Require Import Core.
From Kbit Require Import rounding summation.
From Kbit Require growth.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Local Instance bits_of_f16 : Prec_gt_0 11 := eq_refl.

(* ---- sums over columns ------------------------------------------------------------------------- *)
Section Total.
Context {T : Type}.
Definition total (f : T -> R) (l : list T) := sum (map f l).

Lemma total_le : forall f g l, (forall k, In k l -> f k <= g k) -> total f l <= total g l.
Proof.
  intros f g l H. unfold total. induction l as [|k l IH]; simpl; [lra|].
  assert (A := H k (or_introl eq_refl)). assert (B := IH (fun j Hj => H j (or_intror Hj))). lra.
Qed.

Lemma total_plus : forall f g l, total (fun k => f k + g k) l = total f l + total g l.
Proof. intros. unfold total. induction l; simpl; lra. Qed.

Lemma total_minus : forall f g l, total (fun k => f k - g k) l = total f l - total g l.
Proof. intros. unfold total. induction l; simpl; lra. Qed.

Lemma total_scaled : forall c f l, total (fun k => c * f k) l = c * total f l.
Proof. intros. unfold total. induction l as [|k l IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma total_ext : forall f g l, (forall k, f k = g k) -> total f l = total g l.
Proof. intros f g l H. unfold total. f_equal. apply map_ext, H. Qed.

Lemma total_abs : forall f l, Rabs (total f l) <= total (fun k => Rabs (f k)) l.
Proof.
  intros f l. unfold total. induction l as [|k l IH]; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
End Total.

(* ---- quantization ------------------------------------------------------------------------------ *)
(* q is a nearest code of x for the absmax a; gap.v: every sequence in use gives one. A row of zeros
   has a = 0 and any code. *)
Definition is_code a x q := (a = 0 /\ x = 0) \/ (0 < a /\ Rabs (127 * x / a - IZR q) <= / 2).

(* llmint8_linear.md, Lemma. *)
Theorem nearest_code : forall a x q, 0 <= a -> is_code a x q -> Rabs (x - IZR q * a / 127) <= a / 254.
Proof.
  intros a x q Ha [[-> ->] | [P H]].
  - replace (0 - IZR q * 0 / 127) with 0 by field. rewrite Rabs_R0. lra.
  - replace (x - IZR q * a / 127) with (a / 127 * (127 * x / a - IZR q)) by (field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq (a / 127)) by lra.
    apply Rle_trans with (a / 127 * / 2); [|lra]. apply Rmult_le_compat_l; [lra|exact H].
Qed.

(* A column of both rows: the numbers and their codes. *)
Record column := { x : R; w : R; q : Z; v : Z }.

Section Quantization.
Variables a s : R. (* the absmaxes of the row of X and of the row of W *)
Hypothesis a_positive : 0 <= a.
Hypothesis s_positive : 0 <= s.

Definition X k := IZR (q k) * a / 127. (* what the codes stand for *)
Definition W k := IZR (v k) * s / 127.

Variables inner outer : list column. (* the columns that are not in O, and those of O *)
Hypothesis codes : forall k, In k inner -> is_code a (x k) (q k) /\ is_code s (w k) (v k).

Definition exact := total (fun k => x k * w k) inner + total (fun k => x k * w k) outer.
Definition quantized := total (fun k => X k * W k) inner.
Definition outliers_paper := total (fun k => x k * w k) outer.
Definition outliers_bnb := total (fun k => x k * W k) outer.
Definition int8_paper :=
  a / 254 * total (fun k => Rabs (w k)) inner + s / 254 * total (fun k => Rabs (X k)) inner.
Definition int8_bnb := int8_paper + s / 254 * total (fun k => Rabs (x k)) outer.

Lemma inner_error : Rabs (total (fun k => x k * w k) inner - quantized) <= int8_paper.
Proof.
  unfold quantized, int8_paper. rewrite <- total_minus, <- !total_scaled, <- total_plus.
  eapply Rle_trans; [apply total_abs|]. apply total_le. intros k Hk.
  destruct (codes k Hk) as [Cx Cw].
  assert (Ex := nearest_code a _ _ a_positive Cx). assert (Ew := nearest_code s _ _ s_positive Cw).
  replace (x k * w k - X k * W k) with ((x k - X k) * w k + X k * (w k - W k)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite !Rabs_mult. apply Rplus_le_compat.
  - apply Rmult_le_compat_r; [apply Rabs_pos|exact Ex].
  - rewrite Rmult_comm. apply Rmult_le_compat_r; [apply Rabs_pos|exact Ew].
Qed.

(* llmint8_linear.md, Theorem 1. *)
Theorem int8_error_paper : Rabs (exact - (quantized + outliers_paper)) <= int8_paper.
Proof.
  unfold exact, outliers_paper. eapply Rle_trans; [|apply inner_error]. right. f_equal. ring.
Qed.

Theorem int8_error_bnb : (forall k, In k outer -> is_code s (w k) (v k)) ->
  Rabs (exact - (quantized + outliers_bnb)) <= int8_bnb.
Proof.
  intro outer_codes. unfold exact, int8_bnb.
  replace (total (fun k => x k * w k) inner + total (fun k => x k * w k) outer
           - (quantized + outliers_bnb))
    with ((total (fun k => x k * w k) inner - quantized)
          + (total (fun k => x k * w k) outer - outliers_bnb)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [apply inner_error|].
  unfold outliers_bnb. rewrite <- total_minus, <- total_scaled.
  eapply Rle_trans; [apply total_abs|]. apply total_le. intros k Hk.
  assert (Ew := nearest_code s _ _ s_positive (outer_codes k Hk)).
  replace (x k * w k - x k * W k) with ((w k - W k) * x k) by ring. rewrite Rabs_mult.
  apply Rmult_le_compat_r; [apply Rabs_pos|exact Ew].
Qed.

(* The integer that int8_matmul computes, and what it stands for. *)
Definition accumulator := fold_right Z.add 0%Z (map (fun k => (q k * v k)%Z) inner).

Lemma accumulator_is : IZR accumulator * a * s / 16129 = quantized.
Proof.
  clear codes. unfold accumulator, quantized, total.
  induction inner as [|k l IH]; [simpl; field|].
  change (IZR (q k * v k + fold_right Z.add 0%Z (map (fun k => (q k * v k)%Z) l)) * a * s / 16129
          = X k * W k + sum (map (fun k => X k * W k) l)).
  rewrite <- IH, plus_IZR, mult_IZR. unfold X, W. field.
Qed.
End Quantization.

(* ---- the operations in fp32 -------------------------------------------------------------------- *)
Definition f16 := number (-24) 11.
Definition f32 := number (-149) 24.
Definition half_ulp := rounded (unit_roundoff 24). (* u / (1 + u), u = 2^-24 *)

Lemma half_ulp_is : half_ulp = / 16777217.
Proof. unfold half_ulp, rounded, unit_roundoff. simpl. lra. Qed.

(* The larger ends of KBIT_BOUND_DEQUANT_BNB and KBIT_BOUND_OUTLIER_SCALE, as bounds.h has them. *)
Definition dequantize_bound := 0x1.13dffe3234118p-22.
Definition scale_bound := 0x1.07ffff7770002p-23.

Section Operations.
Variable choice : Z -> bool.
Notation rn := (nearest (-149) 24 choice).

(* RN(1 / 16129) and RN(1 / 127). *)
Definition by_16129 := IZR 1065154 * bpow radix2 (-34).
Definition by_127 := IZR 8454660 * bpow radix2 (-30).

Definition dequantize C a s := rn (rn (rn (rn (IZR C) * a) * s) * by_16129).
Definition scale A s := rn (rn (A * s) * by_127).

Lemma factor_range : forall e, Rabs e <= half_ulp ->
  16777216 / 16777217 <= 1 + e <= 16777218 / 16777217.
Proof. intros e He. rewrite half_ulp_is in He. apply Rabs_le_inv in He. lra. Qed.

(* Two positive factors in their ranges. *)
Lemma product_range : forall l m x y h i, l <= x <= m -> h <= y <= i -> 0 < l -> 0 < h ->
  l * h <= x * y <= m * i.
Proof. intros. split; apply Rmult_le_compat; lra. Qed.

(* dequantize.md, Theorem 1, here for the layer. The constant's error makes it lopsided. *)
Theorem dequantize_error : forall C a s, f16 a -> f16 s ->
  Rabs (dequantize C a s - IZR C * a * s / 16129)
    <= dequantize_bound * Rabs (IZR C * a * s / 16129).
Proof.
  intros C a s Na Ns.
  assert (Ma := number_multiple _ _ _ Na). assert (Ms := number_multiple _ _ _ Ns).
  assert (Mk : multiple (-34) by_16129) by (apply multiple_of; lia).
  assert (M1 := multiple_IZR C).
  destruct (nearest_factor (-149) 24 _ choice _ _ M1 ltac:(lia)) as (e1 & H1 & E1).
  assert (M2 := multiple_mult _ _ _ _ (multiple_nearest 0 (-149) 24 _ choice _ M1) Ma).
  destruct (nearest_factor (-149) 24 _ choice _ _ M2 ltac:(lia)) as (e2 & H2 & E2).
  assert (M3 := multiple_mult _ _ _ _ (multiple_nearest _ (-149) 24 _ choice _ M2) Ms).
  destruct (nearest_factor (-149) 24 _ choice _ _ M3 ltac:(lia)) as (e3 & H3 & E3).
  assert (M4 := multiple_mult _ _ _ _ (multiple_nearest _ (-149) 24 _ choice _ M3) Mk).
  destruct (nearest_factor (-149) 24 _ choice _ _ M4 ltac:(lia)) as (e4 & H4 & E4).
  unfold dequantize. rewrite E4, E3, E2, E1.
  apply factor_range in H1. apply factor_range in H2.
  apply factor_range in H3. apply factor_range in H4.
  set (c := 16129 * by_16129).
  replace (IZR C * (1 + e1) * a * (1 + e2) * s * (1 + e3) * by_16129 * (1 + e4)
           - IZR C * a * s / 16129)
    with (((1 + e1) * (1 + e2) * ((1 + e3) * (1 + e4)) * c - 1) * (IZR C * a * s / 16129))
    by (unfold c; field).
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  assert (P12 := product_range _ _ _ _ _ _ H1 H2 ltac:(lra) ltac:(lra)).
  assert (P34 := product_range _ _ _ _ _ _ H3 H4 ltac:(lra) ltac:(lra)).
  assert (P := product_range _ _ _ _ _ _ P12 P34 ltac:(lra) ltac:(lra)).
  assert (Kc : c = 17179868866 / 17179869184) by (unfold c, by_16129; simpl; lra).
  rewrite Kc. unfold dequantize_bound. apply Rabs_le. lra.
Qed.

(* outlier_matmul.md, Theorem 1, for a sum that is a multiple of 2^-48. *)
Theorem scale_error : forall A s, multiple (-24) A -> f16 s ->
  Rabs (scale A s - s / 127 * A) <= scale_bound * Rabs (s / 127 * A).
Proof.
  intros A s MA Ns.
  assert (Ms := number_multiple _ _ _ Ns).
  assert (Mk : multiple (-30) by_127) by (apply multiple_of; lia).
  assert (M1 := multiple_mult _ _ _ _ MA Ms).
  destruct (nearest_factor (-149) 24 _ choice _ _ M1 ltac:(lia)) as (e1 & H1 & E1).
  assert (M2 := multiple_mult _ _ _ _ (multiple_nearest _ (-149) 24 _ choice _ M1) Mk).
  destruct (nearest_factor (-149) 24 _ choice _ _ M2 ltac:(lia)) as (e2 & H2 & E2).
  unfold scale. rewrite E2, E1. apply factor_range in H1. apply factor_range in H2.
  set (c := 127 * by_127).
  replace (A * s * (1 + e1) * by_127 * (1 + e2) - s / 127 * A)
    with (((1 + e1) * (1 + e2) * c - 1) * (s / 127 * A)) by (unfold c; field).
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  assert (P := product_range _ _ _ _ _ _ H1 H2 ltac:(lra) ltac:(lra)).
  assert (Kc : c = 1073741820 / 1073741824) by (unfold c, by_127; simpl; lra).
  rewrite Kc. unfold scale_bound. apply Rabs_le. lra.
Qed.

(* A is what some order of additions makes of the list. (Starting from 0 changes nothing: adding the
   first term to 0 is exact.) *)
Definition added (ts : list R) A :=
  (ts = [] /\ A = 0) \/ exists t, Permutation (terms t) ts /\ A = computed (-149) 24 choice t.

Definition of_order (ts : list R) := (count ts - 1) * unit_roundoff 24.

Lemma added_error : forall ts A, Forall f32 ts -> added ts A ->
  Rabs (A - sum ts) <= Rabs (of_order ts) * magnitude ts.
Proof.
  intros ts A H [[-> ->] | (t & P & ->)].
  - unfold magnitude. simpl. rewrite Rminus_0_r, Rabs_R0. lra.
  - eapply Rle_trans; [apply (any_order (-149) 24 choice t ts P H)|].
    apply Rmult_le_compat_r; [apply magnitude_positive|]. apply Rle_abs.
Qed.

Lemma added_is_number : forall ts A, Forall f32 ts -> added ts A -> f32 A.
Proof.
  intros ts A H [[_ ->] | (t & P & ->)]; [apply number_0|].
  apply computed_is_number; [easy|].
  eapply Permutation_Forall; [apply Permutation_sym; exact P|exact H].
Qed.

Lemma computed_multiple : forall g t, Forall (multiple g) (terms t) ->
  multiple g (computed (-149) 24 choice t).
Proof.
  intros g t. induction t as [t | l IHl r IHr]; simpl; intro H.
  - now inversion H.
  - apply Forall_app in H. destruct H as [Hl Hr].
    apply multiple_nearest; [easy|]. apply multiple_plus; auto.
Qed.

Lemma added_multiple : forall g ts A, Forall (multiple g) ts -> added ts A -> multiple g A.
Proof.
  intros g ts A H [[_ ->] | (t & P & ->)].
  - replace 0 with (IZR 0 * bpow radix2 g) by ring. apply multiple_of. lia.
  - apply computed_multiple. eapply Permutation_Forall; [apply Permutation_sym; exact P|exact H].
Qed.

(* Products are fp32 numbers: 18 bits with an int8 code, 22 with another fp16 number. *)
Lemma product_with_code : forall x v, f16 x -> (Z.abs v <= 127)%Z -> f32 (x * IZR v).
Proof.
  intros x v Nx Hv. destruct (number_is _ _ _ Nx) as (m & e & -> & Hm & He).
  replace (IZR m * bpow radix2 e * IZR v) with (IZR (m * v) * bpow radix2 e)
    by (rewrite mult_IZR; ring).
  apply number_of; [|lia]. rewrite Z.abs_mul.
  apply Z.le_lt_trans with (Z.abs m * 127)%Z; [apply Z.mul_le_mono_nonneg_l; lia|].
  change (2 ^ 11)%Z with 2048%Z in Hm. change (2 ^ 24)%Z with 16777216%Z. lia.
Qed.

Lemma product_of_f16 : forall x w, f16 x -> f16 w -> f32 (x * w).
Proof.
  intros x w Nx Nw. destruct (number_is _ _ _ Nx) as (m & e & -> & Hm & He).
  destruct (number_is _ _ _ Nw) as (n & f & -> & Hn & Hf).
  replace (IZR m * bpow radix2 e * (IZR n * bpow radix2 f)) with (IZR (m * n) * bpow radix2 (e + f))
    by (rewrite mult_IZR, bpow_plus; ring).
  apply number_of; [|lia]. rewrite Z.abs_mul.
  change (2 ^ 11)%Z with 2048%Z in *. change (2 ^ 24)%Z with 16777216%Z. nia.
Qed.

(* ---- the layer --------------------------------------------------------------------------------- *)
(* From the two parts to the output. V is the quantized product and the outlier product, exactly; r
   bounds the error of their computed values d and p together. *)
Definition addition r V := half_ulp * Rabs V + (1 + half_ulp) * r.

Lemma added_parts : forall d p V r, f32 d -> f32 p -> Rabs (d + p - V) <= r ->
  Rabs (rn (d + p) - V) <= addition r V.
Proof.
  intros d p V r Nd Np H. unfold addition.
  assert (N := nearest_sum (-149) 24 choice d p Nd Np). fold half_ulp in N.
  assert (U : 0 <= half_ulp) by (rewrite half_ulp_is; lra).
  assert (B : Rabs (d + p) <= Rabs V + r).
  { replace (d + p) with (V + (d + p - V)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  replace (rn (d + p) - V) with ((rn (d + p) - (d + p)) + (d + p - V)) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (half_ulp * Rabs (d + p) <= half_ulp * (Rabs V + r)) by (apply Rmult_le_compat_l; assumption).
  lra.
Qed.

Variables emin p : Z. (* the output's format: fp16 is (-24, 11), bf16 (-133, 8), fp32 (-149, 24) *)
Context {p_positive : Prec_gt_0 p}.
Variable choice_out : Z -> bool.

(* A number within D of z, rounded to the output's format, is that far from z. *)
Definition store D z :=
  D + Rmax (rounded (unit_roundoff p) * (Rabs z + D)) (bpow radix2 emin / 2).

Lemma stored : forall y z D, Rabs (y - z) <= D ->
  Rabs (nearest emin p choice_out y - z) <= store D z.
Proof.
  intros y z D H. unfold store.
  assert (N := nearest_error emin p choice_out y).
  assert (B : Rabs y <= Rabs z + D).
  { replace y with (z + (y - z)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  assert (U := rounded_range (unit_roundoff p) (u_positive p)).
  replace (nearest emin p choice_out y - z) with ((nearest emin p choice_out y - y) + (y - z)) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (M : Rmax (rounded (unit_roundoff p) * Rabs y) (bpow radix2 emin / 2)
              <= Rmax (rounded (unit_roundoff p) * (Rabs z + D)) (bpow radix2 emin / 2)).
  { apply Rmax_lub; [|apply Rmax_r]. eapply Rle_trans; [|apply Rmax_l].
    apply Rmult_le_compat_l; lra. }
  lra.
Qed.

(* Both together: d and p within r of V, and V within I of the exact value. *)
Lemma layer_error : forall d p' V r exact I bias, f32 d -> f32 p' -> Rabs (d + p' - V) <= r ->
  Rabs (exact - V) <= I ->
  Rabs (nearest emin p choice_out (rn (d + p') + bias) - (exact + bias))
    <= I + store (addition r V) (V + bias).
Proof.
  intros d p' V r exact I bias Nd Np HV HI.
  assert (S := added_parts d p' V r Nd Np HV).
  assert (O := stored (rn (d + p') + bias) (V + bias) (addition r V)).
  replace (rn (d + p') + bias - (V + bias)) with (rn (d + p') - V) in O by ring.
  specialize (O S).
  replace (nearest emin p choice_out (rn (d + p') + bias) - (exact + bias))
    with ((nearest emin p choice_out (rn (d + p') + bias) - (V + bias)) + - (exact - V)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.

Variables a s bias : R.
Variables inner outer : list column.
Hypothesis a_positive : 0 <= a.
Hypothesis s_positive : 0 <= s.
Hypothesis a_f16 : f16 a.
Hypothesis s_f16 : f16 s.
Hypothesis codes : forall k, In k inner -> is_code a (x k) (q k) /\ is_code s (w k) (v k).
Hypothesis outer_f16 : forall k, In k outer -> f16 (x k) /\ f16 (w k).

Let Q := quantized a s inner.
Let d := dequantize (accumulator inner) a s.

Lemma d_error : Rabs (d - Q) <= dequantize_bound * Rabs Q.
Proof.
  unfold d, Q. rewrite <- (accumulator_is a s inner). apply dequantize_error; assumption.
Qed.

(* Theorem 2, as the paper composes the layer: the outlier columns meet the 16-bit weights. *)
Section Paper.
Let products := map (fun k => x k * w k) outer.
Let E := outliers_paper outer.
Let T := total (fun k => Rabs (x k * w k)) outer.
Let r := dequantize_bound * Rabs Q + Rabs (of_order products) * T.

Theorem llmint8_linear_paper : forall A, added products A ->
  Rabs (nearest emin p choice_out (rn (d + A) + bias) - (exact inner outer + bias))
    <= int8_paper a s inner + store (addition r (Q + E)) (Q + E + bias).
Proof.
  intros A HA.
  assert (F : Forall f32 products).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_f16 k Hk). now apply product_of_f16. }
  assert (M : magnitude products = T).
  { unfold T, total, magnitude, products. now rewrite map_map. }
  assert (EA := added_error products A F HA). rewrite M in EA.
  change (sum products) with E in EA.
  assert (I := int8_error_paper a s a_positive s_positive inner outer codes). fold Q E in I.
  assert (D := d_error).
  assert (V : Rabs (d + A - (Q + E)) <= r).
  { replace (d + A - (Q + E)) with ((d - Q) + (A - E)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. unfold r. lra. }
  apply layer_error; [apply nearest_is_number; easy|now apply (added_is_number products)|exact V|exact I].
Qed.
End Paper.

(* Theorem 3, as bitsandbytes composes it: the outlier columns meet the int8 weights. *)
Section Bnb.
Hypothesis outer_codes :
  forall k, In k outer -> is_code s (w k) (v k) /\ (Z.abs (v k) <= 127)%Z.
Let products := map (fun k => x k * IZR (v k)) outer.
Let E := outliers_bnb s outer.
Let T := total (fun k => Rabs (x k * W s k)) outer.
Let g := (1 + Rabs (of_order products)) * (1 + scale_bound) - 1.
Let r := dequantize_bound * Rabs Q + g * T.

Theorem llmint8_linear_bnb : forall A, added products A ->
  Rabs (nearest emin p choice_out (rn (d + scale A s) + bias) - (exact inner outer + bias))
    <= int8_bnb a s inner outer + store (addition r (Q + E)) (Q + E + bias).
Proof.
  intros A HA.
  assert (F : Forall f32 products).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_f16 k Hk). apply product_with_code; [assumption|now apply outer_codes]. }
  assert (F' : Forall (multiple (-24)) products).
  { apply Forall_forall. intros y Hy. apply in_map_iff in Hy. destruct Hy as (k & <- & Hk).
    destruct (outer_f16 k Hk) as [Nx _].
    apply (multiple_mult (-24) 0); [now apply (number_multiple _ 11)|apply multiple_IZR]. }
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
  assert (EA := added_error products A F HA).
  assert (EP : Rabs (scale A s - E) <= g * T).
  { rewrite <- ES, <- MS.
    apply (growth.scaled (Rabs (of_order products)) scale_bound (s / 127) (sum products)
             (magnitude products) A); try assumption.
    - apply Rabs_pos.
    - unfold scale_bound. lra.
    - apply sum_le_magnitude.
    - apply scale_error; [now apply (added_multiple _ products)|assumption]. }
  assert (I := int8_error_bnb a s a_positive s_positive inner outer codes
                 (fun k Hk => proj1 (outer_codes k Hk))). fold Q E in I.
  assert (D := d_error).
  assert (V : Rabs (d + scale A s - (Q + E)) <= r).
  { replace (d + scale A s - (Q + E)) with ((d - Q) + (scale A s - E)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. unfold r. lra. }
  apply layer_error; [apply nearest_is_number; easy|apply nearest_is_number; easy|exact V|exact I].
Qed.
End Bnb.
End Operations.
