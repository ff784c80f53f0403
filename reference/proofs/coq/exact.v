(* exact.v -- accumulate_fused.md, "Exact sums": where nothing is lost, in any order and on any machine.

   All inputs are multiples of 2^g and their weights together at most 2^24 2^g. This is what lets a
   judge admit one value only. *)
Require Import Reals ZArith Lia Lra Psatz List.
Import ListNotations.
From Flocq Require Import Core.
From Kbit Require Import rounding summation run nvidia.
From Kbit Require truncating.
Local Open Scope R_scope.

Section Exact.
Variable g : Z.
Hypothesis g_in_range : (-149 <= g)%Z.

Lemma small_multiple_is_number : forall x, multiple g x -> Rabs x <= bpow radix2 (24 + g) -> f32 x.
Proof.
  intros x M L. destruct (multiple_is g x M) as [m ->].
  rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 g)) in L by apply bpow_ge_0.
  rewrite bpow_plus in L. apply Rmult_le_reg_r in L; [|apply bpow_gt_0].
  rewrite <- abs_IZR, <- (IZR_Zpower radix2) in L by lia. apply le_IZR in L.
  destruct (Z.eq_dec (Z.abs m) (2 ^ 24)) as [T | T].
  - assert (K : exists k, (m = k * 2 ^ 24)%Z /\ (Z.abs k = 1)%Z).
    { destruct (Z_le_gt_dec 0 m); [exists 1%Z|exists (-1)%Z]; lia. }
    destruct K as (k & -> & Hk). rewrite mult_IZR, (IZR_Zpower radix2), Rmult_assoc, <- bpow_plus by lia.
    apply number_of; [rewrite Hk; reflexivity|lia].
  - apply number_of; [|exact g_in_range]. change (radix2 ^ 24)%Z with (2 ^ 24)%Z in L. lia.
Qed.

(* ---- additions --------------------------------------------------------------------------------- *)
(* Any tree of additions whose result is the sum where that is an fp32 number: to nearest, to either
   side, towards zero, fused or not. *)
Inductive some_order : list R -> R -> Prop :=
| one_term : forall t, some_order [t] t
| two_sums : forall a x b y o, some_order a x -> some_order b y -> (f32 (x + y) -> o = x + y) ->
    some_order (a ++ b) o.

Theorem exact_additions : forall ts o, some_order ts o -> Forall (multiple g) ts ->
  magnitude ts <= bpow radix2 (24 + g) -> o = sum ts.
Proof.
  assert (S : forall ts, Forall (multiple g) ts -> multiple g (sum ts)).
  { induction 1 as [|t ts Ht _ IH]; [|now apply multiple_plus].
    replace (sum []) with (IZR 0 * bpow radix2 g) by (simpl; ring). apply multiple_of. lia. }
  induction 1 as [t | a x b y o _ IHa _ IHb Ho]; intros M L.
  - simpl. ring.
  - apply Forall_app in M. destruct M as [Ma Mb]. rewrite magnitude_app in L.
    assert (Pa := magnitude_positive a). assert (Pb := magnitude_positive b).
    rewrite (IHa Ma), (IHb Mb) in Ho by lra. rewrite sum_app. apply Ho.
    apply small_multiple_is_number; [apply multiple_plus; now apply S|].
    eapply Rle_trans; [apply Rabs_triang|].
    assert (A := sum_le_magnitude a). assert (B := sum_le_magnitude b). lra.
Qed.

(* ---- fused steps ------------------------------------------------------------------------------- *)
Variables bits least F : Z.
Hypothesis bits_positive : (0 <= bits)%Z.
Hypothesis bits_kept : (2 * bits <= F)%Z.
Hypothesis running_kept : (23 <= F)%Z.
Notation product := (product bits).
Notation weights := (weights bits least).
Notation products := (products bits).

Lemma kept_multiple : forall e x, (e <= 23 + g)%Z -> multiple g x -> truncated F e x = x.
Proof.
  intros e x He M. unfold truncating.truncated. apply round_generic; [auto with typeclass_instances|].
  destruct (multiple_is g x M) as [m ->]. apply multiple_of. lia.
Qed.

Lemma all_kept : forall e xs, (e <= 23 + g)%Z -> Forall (multiple g) xs -> map (truncated F e) xs = xs.
Proof.
  intros e xs He. induction 1 as [|x xs M _ IH]; [reflexivity|].
  simpl. now rewrite IH, kept_multiple.
Qed.

Lemma weightless : forall e ps, weights ps = 0 ->
  sum (map (truncated F e) (products ps)) = 0 /\ sum (products ps) = 0.
Proof.
  intros e ps. induction ps as [|p ps IH]; [split; reflexivity|].
  rewrite weights_cons. intro H. assert (P := weights_positive bits least ps).
  assert (Q := product_counts bits least p). assert (R := Rabs_pos (product p)).
  assert (Z : product p = 0).
  { destruct (Req_dec (product p) 0) as [|N]; [assumption|]. assert (K := Rabs_pos_lt _ N). lra. }
  destruct IH as [A B]; [lra|]. simpl. rewrite Z, truncated_0, A, B. split; ring.
Qed.

Lemma weights_app : forall a b, weights (a ++ b) = weights a + weights b.
Proof.
  intros a b. induction a as [|p a IH]; simpl; [unfold nvidia.weights; simpl; ring|].
  rewrite !weights_cons, IH. ring.
Qed.

Theorem exact_step : forall e v ps, f32 v -> Forall (both_encoded bits least) ps ->
  aligned bits e v ps -> multiple g v -> Forall (multiple g) (products ps) ->
  Rabs v + weights ps <= bpow radix2 (24 + g) ->
  nvidia_step bits F e v ps = v + sum (products ps).
Proof.
  intros e v ps Nv En [_ Al] Mv Mp L. unfold nvidia_step.
  assert (W := weights_positive bits least ps). assert (V := Rabs_pos v).
  assert (S : sum (map (truncated F e) (v :: products ps)) = v + sum (products ps)).
  { destruct (Z_le_gt_dec e (23 + g)) as [Small | Large].
    - rewrite all_kept; [reflexivity|exact Small|now constructor].
    - (* 2^e is all of the weights: whoever it belongs to is alone *)
      assert (B : bpow radix2 (24 + g) <= bpow radix2 e) by (apply bpow_le; lia).
      destruct Al as [(p & Hp & Zp & ->) | [[Zv ->] | Low]]; [| |lia].
      + destruct (in_split _ _ Hp) as (before & after & ->).
        rewrite weights_app, weights_cons in *. unfold nonzero in *.
        rewrite Req_bool_false in * by exact Zp. simpl negb in *. cbv iota in *.
        assert (A := alignment_below_weight bits least bits_positive p).
        rewrite Forall_forall in En. specialize (A (En p Hp)).
        assert (W1 := weights_positive bits least before). assert (W2 := weights_positive bits least after).
        assert (V0 : v = 0).
        { destruct (Req_dec v 0) as [|N]; [assumption|]. assert (K := Rabs_pos_lt _ N). lra. }
        destruct (weightless (product_exponent p) before) as [B1 B2]; [lra|].
        destruct (weightless (product_exponent p) after) as [A1 A2]; [lra|].
        simpl map. simpl sum. rewrite V0, truncated_0. unfold nvidia.products in *.
        rewrite !map_app, !sum_app. simpl map. simpl sum.
        rewrite B1, B2, A1, A2, product_is_kept by assumption. reflexivity.
      + assert (A := running_below v Zv). unfold running_exponent in *.
        assert (M : Z.max (mag radix2 v - 1) (-126) = (mag radix2 v - 1)%Z) by lia. rewrite M in *.
        assert (C := bpow_mag_le radix2 v Zv).
        destruct (weightless (mag radix2 v - 1) ps) as [B1 B2]; [lra|].
        simpl map. simpl sum. rewrite B1, B2, running_is_kept; [reflexivity|exact running_kept|exact Nv|].
        unfold running_exponent. lia. }
  rewrite S. apply cut_of_number. apply small_multiple_is_number.
  - apply multiple_plus; [exact Mv|]. clear - Mp. induction Mp as [|x xs M _ IH].
    + replace (sum []) with (IZR 0 * bpow radix2 g) by (simpl; ring). apply multiple_of. lia.
    + now apply multiple_plus.
  - eapply Rle_trans; [apply Rabs_triang|]. assert (C := weights_cover bits least ps). lra.
Qed.
End Exact.
