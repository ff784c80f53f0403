(* judged.v -- the theorems in the form that the judges of verify/ compute, with their constants.

   bounds.sh copies each number below that a comment with a name of C precedes into bounds.h, so that
   no judge has one of its own. The theorem after "of" is about that number; its statement names it. *)
Require Import Reals ZArith Lia Lra Psatz List.
From Flocq Require Import Core.
From Kbit Require Import rounding summation run.
From Kbit Require growth truncating nvidia amd product linear linear_bf16.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Local Instance bits_of_f16 : Prec_gt_0 11 := eq_refl.

(* ---- one operation ----------------------------------------------------------------------------- *)
(*: KBIT_U of u_is_one_rounding: relative error of an addition in fp32 rounded to nearest *)
Definition u_nearest := 0x1p-24.

Theorem u_is_one_rounding : forall choice a b, f32 a -> f32 b ->
  Rabs (nearest (-149) 24 choice (a + b) - (a + b)) <= u_nearest * Rabs (a + b).
Proof.
  intros choice a b Na Nb. replace u_nearest with (unit_roundoff 24)
    by (unfold u_nearest, unit_roundoff; simpl; lra).
  now apply growth.to_nearest.
Qed.

(*: KBIT_U_FAITHFUL of u_is_either_side: relative error of an addition in fp32 rounded to either side *)
Definition u_faithful := 0x1p-23.

Theorem u_is_either_side : forall rnd (V : Valid_rnd rnd) a b, f32 a -> f32 b ->
  Rabs (round radix2 (FLT_exp (-149) 24) rnd (a + b) - (a + b)) <= u_faithful * Rabs (a + b).
Proof.
  intros rnd V a b Na Nb. replace u_faithful with (2 * unit_roundoff 24)
    by (unfold u_faithful, unit_roundoff; simpl; lra).
  now apply growth.to_either_side.
Qed.

(*: KBIT_ETA of rounding_loses: absolute error of a subnormal result in fp32 *)
Definition eta := 0x1p-150.
(*: KBIT_ETA_FLUSH of flushing_loses: absolute error of a result in fp32 that becomes 0 *)
Definition eta_flush := 0x1p-126.

Theorem rounding_loses : forall choice x, exists e h, Rabs e <= u_nearest /\ Rabs h <= eta
  /\ nearest (-149) 24 choice x = x * (1 + e) + h.
Proof.
  intros choice x. destruct (linear_bf16.nearest_parts choice x) as (e & h & He & Hh & E).
  exists e, h. split; [|split; [|exact E]].
  - eapply Rle_trans; [exact He|]. rewrite linear.half_ulp_is. unfold u_nearest. lra.
  - eapply Rle_trans; [exact Hh|]. unfold eta. simpl. lra.
Qed.

(* The exact result may be what is compared with 2^-126, or the rounded one. *)
Theorem flushing_loses : forall choice x o,
  o = nearest (-149) 24 choice x
  \/ o = 0 /\ (Rabs x < bpow radix2 (-126) \/ Rabs (nearest (-149) 24 choice x) < bpow radix2 (-126)) ->
  exists e h, Rabs e <= u_nearest /\ Rabs h <= eta_flush /\ o = x * (1 + e) + h.
Proof.
  intros choice x o [-> | [-> S]].
  - destruct (rounding_loses choice x) as (e & h & He & Hh & E). exists e, h.
    split; [exact He|]. split; [|exact E]. eapply Rle_trans; [exact Hh|]. unfold eta, eta_flush. lra.
  - exists 0, (- x). rewrite Rabs_R0, Rabs_Ropp. unfold u_nearest. split; [lra|]. split; [|ring].
    replace eta_flush with (bpow radix2 (-126)) by (unfold eta_flush; simpl; lra).
    destruct S as [S | S]; [lra|].
    destruct (Rle_or_lt (Rabs x) (bpow radix2 (-126))) as [|L]; [assumption|exfalso].
    assert (G : bpow radix2 (-126) <= Rabs (nearest (-149) 24 choice x)).
    { apply abs_round_ge_generic; auto with typeclass_instances; [|lra].
      apply generic_format_bpow. unfold FLT_exp. lia. }
    lra.
Qed.

(* ---- dequantize -------------------------------------------------------------------------------- *)
(*: KBIT_LOSS_DEQUANT_ANY of dequantize_any_judged: what underflow adds to at most six operations, in
    units of KBIT_ETA or KBIT_ETA_FLUSH times max(1, |C|) max(1, a) max(1, s) *)
Definition any_loss := 0x1.cp+2.

Theorem dequantize_any_judged : forall g n m M Z v, 0 <= g <= eta_flush ->
  product.product (bpow radix2 (-24)) g n m M Z v -> (n <= 8)%nat -> (m <= 6)%nat ->
  Rabs (v - M) <= product.any_bound * Rabs M + any_loss * g * Z.
Proof.
  intros g n m M Z v Hg H Hn Hm. replace any_loss with 7 by (unfold any_loss; lra).
  apply (product.dequantize_any_losing g n m M Z v); try assumption.
  unfold eta_flush in Hg. simpl. lra.
Qed.

(*: KBIT_LOSS_DEQUANT_BNB_FLUSH of dequantize_bnb_flushing: what flushed products add to
    ((float)C * a) * s * k, times max(1, s) *)
Definition bnb_flush_loss := 0x1p-125.

(* a product that is rounded, or becomes 0 where it is below 2^-126 *)
Definition loses x o := exists e h, Rabs e <= linear.half_ulp /\ Rabs h <= eta_flush /\ o = x * (1 + e) + h.

Theorem dequantize_bnb_flushing : forall C a s f p q d,
  (exists e, Rabs e <= linear.half_ulp /\ f = IZR C * (1 + e)) ->
  loses (f * a) p -> loses (p * s) q -> loses (q * linear.by_16129) d ->
  Rabs (d - IZR C * a * s / 16129)
    <= linear.dequantize_bound * Rabs (IZR C * a * s / 16129) + bnb_flush_loss * Rmax 1 (Rabs s).
Proof.
  intros C a s f p q d (e1 & H1 & ->) (e2 & h2 & H2 & U2 & ->) (e3 & h3 & H3 & U3 & ->)
    (e4 & h4 & H4 & U4 & ->).
  apply linear.factor_range in H1. apply linear.factor_range in H2.
  apply linear.factor_range in H3. apply linear.factor_range in H4.
  set (k := linear.by_16129) in *. set (c := 16129 * k).
  assert (K : 0 <= k <= / 16000) by (unfold k, linear.by_16129; simpl; lra).
  replace (((IZR C * (1 + e1) * a * (1 + e2) + h2) * s * (1 + e3) + h3) * k * (1 + e4) + h4
           - IZR C * a * s / 16129)
    with (((1 + e1) * (1 + e2) * ((1 + e3) * (1 + e4)) * c - 1) * (IZR C * a * s / 16129)
          + ((h2 * s) * ((1 + e3) * (k * (1 + e4))) + h3 * (k * (1 + e4)) + h4)) by (unfold c; field).
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat.
  - rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
    assert (P12 := linear.product_range _ _ _ _ _ _ H1 H2 ltac:(lra) ltac:(lra)).
    assert (P34 := linear.product_range _ _ _ _ _ _ H3 H4 ltac:(lra) ltac:(lra)).
    assert (P := linear.product_range _ _ _ _ _ _ P12 P34 ltac:(lra) ltac:(lra)).
    assert (Kc : c = 17179868866 / 17179869184) by (unfold c, k, linear.by_16129; simpl; lra).
    rewrite Kc. unfold linear.dequantize_bound. apply Rabs_le. lra.
  - assert (Z1 := Rmax_l 1 (Rabs s)). assert (Z2 := Rmax_r 1 (Rabs s)). set (Z := Rmax 1 (Rabs s)) in *.
    assert (K4 : 0 <= k * (1 + e4) <= / 8000).
    { split; [apply Rmult_le_pos; lra|]. apply Rle_trans with (/ 16000 * 2); [|lra].
      apply Rmult_le_compat; lra. }
    assert (K34 : 0 <= (1 + e3) * (k * (1 + e4)) <= / 4000).
    { split; [apply Rmult_le_pos; lra|]. apply Rle_trans with (2 * / 8000); [|lra].
      apply Rmult_le_compat; lra. }
    assert (B2 : Rabs (h2 * s) <= eta_flush * Z).
    { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; assumption. }
    assert (B3 : eta_flush <= eta_flush * Z).
    { rewrite <- (Rmult_1_r eta_flush) at 1. apply Rmult_le_compat_l; [unfold eta_flush; lra|exact Z1]. }
    assert (PZ : 0 <= eta_flush * Z) by (unfold eta_flush in *; lra).
    assert (T2 : Rabs (h2 * s * ((1 + e3) * (k * (1 + e4)))) <= eta_flush * Z * / 4000).
    { rewrite Rabs_mult, (Rabs_pos_eq ((1 + e3) * (k * (1 + e4)))) by lra.
      apply Rmult_le_compat; [apply Rabs_pos|lra|exact B2|lra]. }
    assert (T3 : Rabs (h3 * (k * (1 + e4))) <= eta_flush * Z * / 8000).
    { rewrite Rabs_mult, (Rabs_pos_eq (k * (1 + e4))) by lra.
      apply Rmult_le_compat; [apply Rabs_pos|lra|lra|lra]. }
    eapply Rle_trans; [apply Rabs_triang|]. eapply Rle_trans; [apply Rplus_le_compat_r, Rabs_triang|].
    replace bnb_flush_loss with (2 * eta_flush) by (unfold bnb_flush_loss, eta_flush; lra). lra.
Qed.

(* ---- the terms of the outlier product ---------------------------------------------------------- *)
(*: KBIT_OUTLIER_SCALE_ERROR of outlier_term: relative losses of a term beside the product x w: times
    s and times RN(1 / 127) in any order and grouping, or divided by 127 *)
Definition outlier_scale := 0x1.8p-23.
(*: KBIT_LOSS_OUTLIER of outlier_sum: what underflow adds for each term, in units of KBIT_ETA or
    KBIT_ETA_FLUSH times the factors' max(1, |factor|) *)
Definition outlier_loss := 0x1p+2.

Lemma product_losses : forall g n m X Z v, 0 <= g <= eta_flush ->
  product.product u_nearest g n m X Z v -> (m <= 3)%nat ->
  Rabs (v - X) <= Rabs X * (exp (INR n * u_nearest) - 1) + 4 * g * Z * exp (INR n * u_nearest).
Proof.
  intros g n m X Z v Hg H Hm. assert (U : 0 <= u_nearest) by (unfold u_nearest; lra).
  assert (A := product.any_product _ g U (proj1 Hg) n m X Z v H).
  destruct (product.parts _ g U (proj1 Hg) n m X Z v H) as (Z1 & _).
  assert (N := growth_covers 0 u_nearest n (Rle_refl 0) U). rewrite Rplus_0_l, Rplus_0_r, Rmult_1_l in N.
  assert (N1 : 1 <= (1 + u_nearest) ^ n) by (apply pow_R1_Rle; lra).
  assert (M : (1 + g) ^ m - 1 <= 4 * g).
  { apply Rle_trans with ((1 + g) ^ 3 - 1).
    - apply Rplus_le_compat_r. apply Rle_pow; [lra|exact Hm].
    - assert (G : g <= / 8) by (unfold eta_flush in Hg; lra). simpl. nra. }
  assert (M0 : 1 <= (1 + g) ^ m) by (apply pow_R1_Rle; lra).
  eapply Rle_trans; [exact A|]. apply Rplus_le_compat.
  - rewrite Rmult_comm. apply Rmult_le_compat_l; [apply Rabs_pos|lra].
  - replace (4 * g * Z * exp (INR n * u_nearest)) with (4 * g * exp (INR n * u_nearest) * Z) by ring.
    apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat; lra.
Qed.

(* x, a code or weight, s and RN(1 / 127): three products and one rounded constant at most. *)
Theorem outlier_term : forall g n m X Z v, 0 <= g <= eta_flush ->
  product.product u_nearest g n m X Z v -> (n <= 4)%nat -> (m <= 3)%nat ->
  Rabs (v - X) <= Rabs X * (exp (u_nearest + outlier_scale) - 1)
                  + 4 * g * Z * exp (u_nearest + outlier_scale).
Proof.
  intros g n m X Z v Hg H Hn Hm. assert (A := product_losses g n m X Z v Hg H Hm).
  assert (U : 0 <= u_nearest) by (unfold u_nearest; lra).
  destruct (product.parts _ g U (proj1 Hg) n m X Z v H) as (Z1 & _).
  assert (E : exp (INR n * u_nearest) <= exp (u_nearest + outlier_scale)).
  { replace (u_nearest + outlier_scale) with (INR 4 * u_nearest)
      by (unfold u_nearest, outlier_scale; simpl; lra).
    apply le_INR in Hn. assert (B : INR n * u_nearest <= INR 4 * u_nearest)
      by (apply Rmult_le_compat_r; [unfold u_nearest; lra|exact Hn]).
    destruct (Req_dec (INR n * u_nearest) (INR 4 * u_nearest)) as [-> | N]; [lra|].
    apply Rlt_le, exp_increasing. lra. }
  assert (P := Rabs_pos X).
  assert (Rabs X * exp (INR n * u_nearest) <= Rabs X * exp (u_nearest + outlier_scale))
    by (apply Rmult_le_compat_l; assumption).
  assert (4 * g * Z * exp (INR n * u_nearest) <= 4 * g * Z * exp (u_nearest + outlier_scale)).
  { apply Rmult_le_compat_l; [|exact E]. apply Rmult_le_pos; lra. }
  lra.
Qed.

(* ---- sums -------------------------------------------------------------------------------------- *)
(* added m n E S o: n terms, each within |t| (e^f - 1) + L e^f of t, have been added; m additions at
   most lie between a term and o, and each loses v of its exact result, and h. *)
Section Sum.
Variables v h f L : R.
Hypothesis v_positive : 0 <= v.
Hypothesis h_positive : 0 <= h.
Hypothesis f_positive : 0 <= f.
Hypothesis L_positive : 0 <= L.

Inductive added : nat -> nat -> R -> R -> R -> Prop :=
| a_term : forall t o, Rabs (o - t) <= Rabs t * (exp f - 1) + L * exp f -> added 0 1 t (Rabs t) o
| an_addition : forall m n E S a m' n' E' S' b o, added m n E S a -> added m' n' E' S' b ->
    Rabs (o - (a + b)) <= v * Rabs (a + b) + h ->
    added (1 + Nat.max m m') (n + n') (E + E') (S + S') o.

Lemma added_run : forall m n E S o, added m n E S o ->
  (1 <= n)%nat /\ run E S (f + INR m * v) (INR n * L + INR (n - 1) * h) o.
Proof.
  induction 1 as [t o Ho | m n E S a m' n' E' S' b o _ [N H] _ [N' H'] Ho].
  - split; [lia|]. simpl. rewrite !Rmult_0_l, !Rplus_0_r, Rmult_1_l.
    apply formed; try assumption. apply Rle_refl.
  - split; [lia|].
    assert (M : forall k, (k <= Nat.max m m')%nat -> f + INR k * v <= f + INR (Nat.max m m') * v).
    { intros k K. apply Rplus_le_compat_l, Rmult_le_compat_r; [exact v_positive|now apply le_INR]. }
    rewrite (plus_INR 1). change (INR 1) with 1.
    replace (f + (1 + INR (Nat.max m m')) * v) with (f + INR (Nat.max m m') * v + v) by ring.
    replace (n + n' - 1)%nat with ((n - 1) + (n' - 1) + 1)%nat by lia. rewrite !plus_INR.
    change (INR 1) with 1.
    replace ((INR n + INR n') * L + (INR (n - 1) + INR (n' - 1) + 1) * h)
      with (INR n * L + INR (n - 1) * h + (INR n' * L + INR (n' - 1) * h) + h) by ring.
    apply join with a b; [| |exact v_positive|exact h_positive|].
    + eapply at_most; [exact H|apply M; lia|lra].
    + eapply at_most; [exact H'|apply M; lia|lra].
    + eapply Rle_trans; [exact Ho|]. apply Rplus_le_compat_r, Rmult_le_compat_l; [exact v_positive|].
      apply Rabs_triang.
Qed.

Theorem added_error : forall m n E S o, added m n E S o -> let b := f + INR m * v in
  Rabs (o - E) <= S * (exp b - 1) + (INR n * L + INR (n - 1) * h) * exp b.
Proof. intros m n E S o H b. apply run_error. now apply added_run. Qed.
End Sum.

(* accumulate-any-order and accumulate-faithful, each term scaled before it is added. D and a bias are
   terms as well, without losses of their own. A product that is subnormal loses g, an addition that is
   flushed h; others lose nothing, as subnormal sums are exact. *)
Theorem outlier_sum : forall v g h Z m n E S o, 0 <= v -> 0 <= g -> 0 <= h -> 1 <= Z ->
  added v h (u_nearest + outlier_scale) (4 * g * Z) m n E S o ->
  let b := u_nearest + outlier_scale + INR m * v in
  Rabs (o - E) <= S * (exp b - 1) + (outlier_loss * g + h) * INR n * Z * exp b.
Proof.
  intros v g h Z m n E S o Hv Hg Hh HZ H b.
  assert (F : 0 <= u_nearest + outlier_scale) by (unfold u_nearest, outlier_scale; lra).
  assert (L : 0 <= 4 * g * Z) by (apply Rmult_le_pos; lra).
  eapply Rle_trans; [exact (added_error v h _ _ Hv Hh F L m n E S o H)|].
  apply Rplus_le_compat_l. apply Rmult_le_compat_r; [apply Rlt_le, exp_pos|].
  assert (N : INR (n - 1) <= INR n) by (apply le_INR; lia). assert (P := pos_INR n).
  assert (INR (n - 1) * h <= INR n * h) by (apply Rmult_le_compat_r; lra).
  assert (INR n * h * 1 <= INR n * h * Z) by (apply Rmult_le_compat_l; [now apply Rmult_le_pos|exact HZ]).
  replace outlier_loss with 4 by (unfold outlier_loss; lra). lra.
Qed.

(* The products summed first and scaled by s / 127 afterwards, by two roundings and the constant. *)
Theorem outlier_sum_scaled : forall v g h Z s m n E S A o, 0 <= v -> 0 <= g -> 0 <= h -> 1 <= Z ->
  Rabs (s / 127) <= Z -> added v h u_nearest (4 * g) m n E S A ->
  Rabs (o - s / 127 * A) <= (exp outlier_scale - 1) * Rabs (s / 127 * A) + 4 * g * Z ->
  let b := u_nearest + outlier_scale + INR m * v in
  Rabs (o - s / 127 * E) <= Rabs (s / 127) * S * (exp b - 1)
                                 + (outlier_loss * g + h) * INR (n + 1) * Z * exp b.
Proof.
  intros v g h Z s m n E S A o Hv Hg Hh HZ Hs H Ho b.
  assert (F : 0 <= u_nearest) by (unfold u_nearest; lra).
  assert (G : 0 <= outlier_scale) by (unfold outlier_scale; lra).
  destruct (added_run v h u_nearest (4 * g) Hv Hh F ltac:(lra) m n E S A H) as [N R].
  assert (K := scale _ _ _ _ _ (s / 127) outlier_scale (4 * g * Z) o R G
                 ltac:(apply Rmult_le_pos; lra) Ho).
  eapply Rle_trans; [exact (run_error _ _ _ _ _ K)|].
  replace (u_nearest + INR m * v + outlier_scale) with b by (unfold b; ring).
  apply Rplus_le_compat_l. apply Rmult_le_compat_r; [apply Rlt_le, exp_pos|].
  assert (P := Rabs_pos (s / 127)). assert (PN := pos_INR n).
  assert (L : INR n * (4 * g) + INR (n - 1) * h <= (4 * g + h) * INR n).
  { assert (INR (n - 1) * h <= INR n * h) by (apply Rmult_le_compat_r; [exact Hh|apply le_INR; lia]). lra. }
  assert (L0 : 0 <= (4 * g + h) * INR n) by (apply Rmult_le_pos; lra).
  assert (B : Rabs (s / 127) * (INR n * (4 * g) + INR (n - 1) * h) <= Z * ((4 * g + h) * INR n)).
  { apply Rle_trans with (Rabs (s / 127) * ((4 * g + h) * INR n)); [now apply Rmult_le_compat_l|].
    now apply Rmult_le_compat_r. }
  assert (C : 0 <= h * Z) by (apply Rmult_le_pos; lra).
  rewrite plus_INR. change (INR 1) with 1.
  replace outlier_loss with 4 by (unfold outlier_loss; lra). lra.
Qed.

(* ---- machines ---------------------------------------------------------------------------------- *)
(*: KBIT_U_TRUNCATING of truncating_judged: the loss of an addition or of a product in a fused step, in
    any tree of such steps with at least 23 fraction bits *)
Definition u_truncating := 0x1p-22.

(* The nodes of such a tree, and what n terms of total size S, each with the error e, come to in it. *)
Theorem truncating_judged :
  (forall F z xs o, (23 <= F)%Z -> (2 <= length xs)%nat -> magnitude xs <= z -> truncating.fused F z xs o ->
     Rabs (o - sum xs) <= INR (length xs - 1) * u_truncating * z /\ Rabs o <= z)
  /\ (forall a b o, Rabs (o - (a + b)) <= u_faithful * Rabs (a + b) ->
     Rabs (o - (a + b)) <= INR (2 - 1) * u_truncating * (Rabs a + Rabs b))
  /\ (forall e n E S v z, 0 <= e -> truncating.value u_nearest u_truncating e n E S v z ->
     Rabs (v - E) <= (exp (e + INR (n - 1) * u_truncating) - 1) * S).
Proof.
  assert (U : 0 <= u_truncating) by (unfold u_truncating; lra). split; [|split].
  - replace u_truncating with (bpow radix2 (-22)) by (unfold u_truncating; simpl; lra).
    apply truncating.fused_is_node.
  - replace u_truncating with (bpow radix2 (-22)) by (unfold u_truncating; simpl; lra).
    replace u_faithful with (bpow radix2 (-23)) by (unfold u_faithful; simpl; lra).
    apply truncating.addition_is_node.
  - intros e n E S v z He H.
    assert (W := truncating.judge_form u_nearest u_truncating e U He).
    destruct (proj1 W n E S v z H) as (_ & HS & _ & _ & _ & B).
    eapply Rle_trans; [exact B|]. apply Rmult_le_compat_r; [exact HS|].
    assert (G := growth_covers e u_truncating (n - 1) He U). lra.
Qed.

(*: KBIT_CUT of fused_judged: relative loss of a fused step's last cut to 24 bits *)
Definition cut := 0x1p-23.
(*: KBIT_LOSS_FUSED of fused_judged: absolute loss in fused steps of bf16 operands, for each product and
    each step *)
Definition fused_loss := 0x1p-149.

Theorem fused_judged : forall choice bits least D n m E S v Y F,
  bits = nvidia.bits_f16 /\ least = nvidia.least_f16
  \/ bits = nvidia.bits_bf16 /\ least = nvidia.least_bf16 ->
  f32 D -> (23 <= F <= 25)%Z -> nvidia.summed choice bits least D n m E S v Y F ->
  let b := n * bpow radix2 (- F) + m * cut + u_nearest in
  let absolute := if Z.eqb least nvidia.least_f16 then 0 else (n + m) * fused_loss in
  Rabs (Y - E) <= S * (exp b - 1) + absolute * exp b.
Proof.
  intros choice bits least D n m E S v Y F Hf ND HF H b absolute. unfold absolute.
  replace fused_loss with (bpow radix2 (-149)) by (unfold fused_loss; simpl; lra).
  apply (nvidia.row choice bits least Hf D n m E S v Y ND F b HF H).
  unfold b, cut, u_nearest, run.u. simpl. lra.
Qed.

(*: KBIT_CUT_CDNA3 of cdna3_judged: relative loss of a step of CDNA3 beside the products' and the last
    rounding *)
Definition cut_cdna3 := 0x1.8p-31.

Theorem cdna3_judged : forall choice bits least D n m E S v Y,
  (0 <= bits)%Z -> (2 * bits <= 24)%Z -> f32 D -> 0 <= n -> 0 <= m ->
  (amd.cdna3_steps choice bits least D n m E S v /\ Y = v
   \/ amd.cdna3_steps choice bits least 0 n m (E - D) (S - Rabs D) v
      /\ Y = nearest (-149) 24 choice (v + D)) ->
  let b := n * u_nearest + m * (cut_cdna3 + u_nearest) + u_nearest in
  Rabs (Y - E) <= S * (exp b - 1) + m * fused_loss * exp b
  /\ ((-94 <= 2 * least)%Z -> Rabs (Y - E) <= S * (exp b - 1)).
Proof.
  intros choice bits least D n m E S v Y Hb Hk ND Hn Hm H b.
  assert (A := amd.accumulate_cdna3 choice bits least Hb Hk D n m E S v Y ND Hn Hm H).
  replace b with (amd.cdna3_bound n m + run.u)
    by (unfold b, amd.cdna3_bound, cut_cdna3, u_nearest, run.u; simpl; lra).
  replace fused_loss with (bpow radix2 (-149)) by (unfold fused_loss; simpl; lra).
  exact A.
Qed.

(*: KBIT_U_F16 of half_judged: relative error of rounding a partial sum to fp16 *)
Definition u_half := 0x1p-11.
(*: KBIT_ETA_F16 of half_judged: absolute error of a partial sum that is subnormal in fp16 *)
Definition eta_half := 0x1p-25.

Theorem half_judged : forall choice E S b G v, run E S b G v ->
  run E S (b + u_half) (G + eta_half) (nearest (-24) 11 choice v).
Proof.
  intros choice E S b G v H.
  replace u_half with (bpow radix2 (-11)) by (unfold u_half; simpl; lra).
  replace eta_half with (bpow radix2 (-25)) by (unfold eta_half; simpl; lra).
  now apply split_f16.
Qed.

(* ---- e^b --------------------------------------------------------------------------------------- *)
(*: KBIT_GROWTH_LIMIT of growth_judged: the largest b for which b + b^2 stands for e^b - 1 *)
Definition growth_limit := 0x1p-2.

Theorem growth_judged : forall b, 0 <= b ->
  (b <= growth_limit -> exp b - 1 <= b + b * b) /\ (forall n, b <= INR n -> exp b - 1 <= 3 ^ n).
Proof.
  intros b Hb. split.
  - intro L. apply growth_as_judged. unfold growth_limit in L. lra.
  - intros n L. assert (G := growth_beyond b n L). lra.
Qed.
