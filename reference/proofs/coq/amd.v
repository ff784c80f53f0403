(* amd.v -- accumulate_fused.md: CDNA3, which aligns twice, and CDNA2, which adds in pairs.

   MODEL: that a machine computes cdna3_step, or adds as cdna2_sum, is the assumption. *)
Require Import Reals ZArith Lia Lra Psatz List.
From Flocq Require Import Core Relative.
From Kbit Require Import rounding summation run nvidia.
From Kbit Require truncating.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Local Instance bits_of_32 : Prec_gt_0 32 := eq_refl.

(* ---- CDNA3 ------------------------------------------------------------------------------------- *)
Section Step.
Variable choice : Z -> bool.
Variables bits least : Z.
Hypothesis bits_positive : (0 <= bits)%Z.
Hypothesis bits_kept : (2 * bits <= 24)%Z.
Notation product := (product bits).
Notation weights := (weights bits least).
Notation products := (products bits).
Notation used := (used bits).

Definition down k x := round radix2 (FIX_exp k) Zfloor x.
Definition to_32_bits x := round radix2 (FLT_exp (-157) 32) Zfloor x.

(* The products cut below 2^(e - 24) and added; their sum and v brought down to 2^(g - 32) and
   2^(g - 24); what both add up to brought down to 31 fraction bits, then rounded to nearest. *)
Definition joined e g v ps :=
  down (g - 32) (sum (map (truncated 24 e) (products ps))) + down (g - 24) v.
Definition cdna3_step e g v ps := nearest (-149) 24 choice (to_32_bits (joined e g v ps)).

(* e is the largest exponent of a product that is not zero, g the larger one of e and v's; of v = 0
   that may be -126. *)
Definition aligned_twice e g v ps :=
  (exists p, In p ps /\ product p <> 0 /\ e = product_exponent p) /\ (e <= g)%Z
  /\ ((v <> 0 /\ g = running_exponent v) \/ (g = e /\ (v <> 0 -> (running_exponent v <= g)%Z))
      \/ (v = 0 /\ g = (-126)%Z)).

Lemma down_error : forall k x, Rabs (down k x - x) <= bpow radix2 k.
Proof.
  intros k x. rewrite <- (ulp_FIX radix2 k x). apply error_le_ulp; auto with typeclass_instances.
Qed.

Lemma down_multiple : forall k x, multiple k (down k x).
Proof. intros k x. apply generic_format_round; auto with typeclass_instances. Qed.

(* beyond: how much 2^g may exceed the weights, 2^-126 where v is subnormal or 0. *)
Lemma joined_error : forall e g v ps beyond, f32 v -> Forall (both_encoded bits least) ps ->
  aligned_twice e g v ps -> 0 <= beyond -> bpow radix2 g <= Rabs v + weights ps + beyond ->
  Rabs (joined e g v ps - (v + sum (products ps)))
    <= (used ps * bpow radix2 (-24) + bpow radix2 (-32)) * (Rabs v + weights ps)
       + bpow radix2 (-32) * beyond.
Proof.
  intros e g v ps beyond Nv En ((p & Hp & Zp & ->) & Le & Al) Pb Hg.
  set (e := product_exponent p) in *. set (d := sum (map (truncated 24 e) (products ps))).
  assert (A : Rabs (d - sum (products ps)) <= (used ps - 1) * bpow radix2 (e - 24)).
  { apply (truncation_but_one bits 24 bits_kept p ps Hp Zp). }
  assert (B := down_error (g - 32) d).
  assert (C : Rabs (down (g - 24) v - v) <= bpow radix2 (e - 24)).
  { assert (K : (g <= running_exponent v)%Z -> down (g - 24) v = v).
    { intro H. unfold down. apply round_generic; [auto with typeclass_instances|].
      change (multiple (g - 24) v).
      assert (E : v = IZR (Ztrunc (scaled_mantissa radix2 (FLT_exp (-149) 24) v))
                      * bpow radix2 (cexp radix2 (FLT_exp (-149) 24) v)) by exact Nv.
      rewrite E. apply multiple_of. unfold cexp, FLT_exp. unfold running_exponent in H. lia. }
    assert (P := bpow_ge_0 radix2 (e - 24)).
    destruct Al as [[Zv ->] | [[-> _] | [-> _]]].
    - rewrite K by lia. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. exact P.
    - apply down_error.
    - unfold down. rewrite round_0, Rminus_0_r, Rabs_R0 by auto with typeclass_instances. exact P. }
  assert (W := one_weight bits least p ps Hp Zp). rewrite Forall_forall in En.
  assert (D := alignment_below_weight bits least bits_positive p (En p Hp)). fold e in D.
  assert (V := Rabs_pos v). assert (P24 := bpow_ge_0 radix2 (-24)). assert (P32 := bpow_ge_0 radix2 (-32)).
  assert (U : 0 <= used ps) by apply used_positive.
  assert (E1 : bpow radix2 (e - 24) <= bpow radix2 (-24) * (Rabs v + weights ps)).
  { replace (e - 24)%Z with (-24 + e)%Z by ring. rewrite bpow_plus. apply Rmult_le_compat_l; lra. }
  assert (E2 : bpow radix2 (g - 32) <= bpow radix2 (-32) * (Rabs v + weights ps + beyond)).
  { replace (g - 32)%Z with (-32 + g)%Z by ring. rewrite bpow_plus. apply Rmult_le_compat_l; lra. }
  assert (E3 : used ps * bpow radix2 (e - 24)
               <= used ps * (bpow radix2 (-24) * (Rabs v + weights ps)))
    by (apply Rmult_le_compat_l; assumption).
  unfold joined. fold d.
  replace (down (g - 32) d + down (g - 24) v - (v + sum (products ps)))
    with ((down (g - 32) d - d) + ((d - sum (products ps)) + (down (g - 24) v - v))) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (T := Rabs_triang (d - sum (products ps)) (down (g - 24) v - v)). lra.
Qed.

(* To 31 fraction bits, and to nearest. *)
Lemma to_32_error : forall x, Rabs (to_32_bits x - x) <= bpow radix2 (-31) * Rabs x + bpow radix2 (-157).
Proof.
  intro x. assert (P := bpow_ge_0 radix2 (-157)). assert (Q := Rabs_pos x).
  assert (P31 := bpow_ge_0 radix2 (-31)).
  assert (0 <= bpow radix2 (-31) * Rabs x) by now apply Rmult_le_pos.
  destruct (Rle_or_lt (bpow radix2 (-126)) (Rabs x)) as [N | S].
  - assert (H1 := relative_error_FLT radix2 (-157) 32 eq_refl Zfloor x N).
    change (- (32) + 1)%Z with (-31)%Z in H1. unfold to_32_bits. lra.
  - assert (H1 := error_le_ulp radix2 (FLT_exp (-157) 32) Zfloor x).
    rewrite ulp_FLT_small in H1; [|reflexivity|].
    + unfold to_32_bits. lra.
    + eapply Rlt_le_trans; [exact S|apply bpow_le; lia].
Qed.

Lemma to_32_error_normal : forall k x, (-126 <= k)%Z -> multiple k x ->
  Rabs (to_32_bits x - x) <= bpow radix2 (-31) * Rabs x.
Proof.
  intros k x Hk M. destruct (multiple_at_least k x M) as [-> | L].
  - unfold to_32_bits. rewrite round_0, Rminus_0_r, Rabs_R0 by auto with typeclass_instances. lra.
  - assert (N : bpow radix2 (-157 + 32 - 1) <= Rabs x)
      by (eapply Rle_trans; [apply bpow_le; exact Hk|exact L]).
    apply Rlt_le. apply (relative_error_FLT radix2 (-157) 32 eq_refl Zfloor x N).
Qed.

Lemma nearest_loss : forall x,
  Rabs (nearest (-149) 24 choice x - x) <= u * Rabs x + bpow radix2 (-150).
Proof.
  intro x. assert (N := nearest_error (-149) 24 choice x).
  assert (R := rounded_range (unit_roundoff 24) (u_positive 24)). assert (V := Rabs_pos x).
  change (unit_roundoff 24) with u in *. assert (P := bpow_ge_0 radix2 (-150)).
  assert (rounded u * Rabs x <= u * Rabs x) by (apply Rmult_le_compat_r; lra).
  assert (0 <= u * Rabs x) by (apply Rmult_le_pos; lra).
  eapply Rle_trans; [exact N|]. apply Rmax_lub; [lra|].
  replace (bpow radix2 (-149) / 2) with (bpow radix2 (-150)) by (simpl; lra). lra.
Qed.

(* One step more of a chain: 2^-32 + 2^-31 = 1.5 2^-31. *)
Definition cdna3_loss ps := used ps * bpow radix2 (-24) + (3 / 2 * bpow radix2 (-31) + u).

Theorem cdna3_step_run : forall E S b G v e g ps, run E S b G v -> f32 v ->
  Forall (both_encoded bits least) ps -> aligned_twice e g v ps ->
  run (E + sum (products ps)) (S + weights ps) (b + cdna3_loss ps) (G + bpow radix2 (-149))
      (cdna3_step e g v ps).
Proof.
  intros E S b G v e g ps H Nv En Al.
  assert (V := Rabs_pos v). assert (PW := weights_positive bits least ps).
  assert (Up : 0 <= used ps) by apply used_positive.
  assert (P24 := bpow_ge_0 radix2 (-24)). assert (P126 := bpow_ge_0 radix2 (-126)).
  assert (P32 := bpow_ge_0 radix2 (-32)). assert (P31 := bpow_ge_0 radix2 (-31)).
  assert (P157 := bpow_ge_0 radix2 (-157)). assert (P150 := bpow_ge_0 radix2 (-150)).
  assert (Hg : bpow radix2 g <= Rabs v + weights ps + bpow radix2 (-126)).
  { destruct Al as ((p & Hp & Zp & ->) & _ & [[Zv ->] | [[-> _] | [-> ->]]]).
    - assert (A := running_below v Zv). lra.
    - assert (W := one_weight bits least p ps Hp Zp). rewrite Forall_forall in En.
      assert (D := alignment_below_weight bits least bits_positive p (En p Hp)). lra.
    - lra. }
  assert (J := joined_error e g v ps _ Nv En Al P126 Hg). rewrite <- bpow_plus in J.
  change (-32 + -126)%Z with (-158)%Z in J. assert (P158 := bpow_ge_0 radix2 (-158)).
  assert (L0 : 0 <= used ps * bpow radix2 (-24) + bpow radix2 (-32))
    by (apply Rplus_le_le_0_compat; [now apply Rmult_le_pos|exact P32]).
  assert (J' := next _ _ _ _ _ _ _ _ _ _ H (weights_cover bits least ps)
                  L0 P158 J).
  assert (Z0 : Rabs 0 <= 0) by (rewrite Rabs_R0; lra).
  assert (T := to_32_error (joined e g v ps)).
  assert (K := next _ _ _ _ _ 0 0 (bpow radix2 (-31)) (bpow radix2 (-157))
                 (to_32_bits (joined e g v ps)) J' Z0 P31 P157).
  rewrite !Rplus_0_r in K. specialize (K T).
  assert (L := next _ _ _ _ _ 0 0 u (bpow radix2 (-150)) (cdna3_step e g v ps) K Z0 P24 P150).
  rewrite !Rplus_0_r in L. specialize (L (nearest_loss _)).
  eapply at_most; [exact L| |].
  - unfold cdna3_loss. replace (bpow radix2 (-32)) with (bpow radix2 (-31) / 2) by (simpl; lra). lra.
  - assert (bpow radix2 (-158) + bpow radix2 (-157) + bpow radix2 (-150) <= bpow radix2 (-149))
      by (simpl; lra). lra.
Qed.

(* fp16: nothing is subnormal. *)
Theorem cdna3_step_run_f16 : forall E S b v e g ps, (-94 <= 2 * least)%Z -> run E S b 0 v -> f32 v ->
  Forall (both_encoded bits least) ps -> aligned_twice e g v ps ->
  run (E + sum (products ps)) (S + weights ps) (b + cdna3_loss ps) 0 (cdna3_step e g v ps).
Proof.
  intros E S b v e g ps Far H Nv En Al.
  assert (V := Rabs_pos v). assert (PW := weights_positive bits least ps).
  assert (Up : 0 <= used ps) by apply used_positive.
  assert (P24 := bpow_ge_0 radix2 (-24)).
  assert (P32 := bpow_ge_0 radix2 (-32)). assert (P31 := bpow_ge_0 radix2 (-31)).
  assert (Ge : (-94 <= g)%Z).
  { destruct Al as ((p & Hp & _ & ->) & Le & _). rewrite Forall_forall in En.
    destruct (En p Hp) as [[L1 _] [L2 _]]. unfold product_exponent in Le. lia. }
  assert (Hg : bpow radix2 g <= Rabs v + weights ps + 0).
  { destruct Al as ((p & Hp & Zp & ->) & _ & [[Zv ->] | [[-> _] | [-> ->]]]); [| |lia].
    - unfold running_exponent in *.
      assert (M : Z.max (mag radix2 v - 1) (-126) = (mag radix2 v - 1)%Z) by lia. rewrite M in *.
      assert (C := bpow_mag_le radix2 v Zv). lra.
    - assert (W := one_weight bits least p ps Hp Zp). rewrite Forall_forall in En.
      assert (D := alignment_below_weight bits least bits_positive p (En p Hp)). lra. }
  assert (J := joined_error e g v ps 0 Nv En Al (Rle_refl 0) Hg). rewrite Rmult_0_r in J.
  assert (L0 : 0 <= used ps * bpow radix2 (-24) + bpow radix2 (-32))
    by (apply Rplus_le_le_0_compat; [now apply Rmult_le_pos|exact P32]).
  assert (J' := next _ _ _ _ _ _ _ _ _ _ H (weights_cover bits least ps)
                  L0 (Rle_refl 0) J).
  assert (Z0 : Rabs 0 <= 0) by (rewrite Rabs_R0; lra).
  assert (M : multiple (g - 32) (joined e g v ps)).
  { unfold joined. apply multiple_plus; [apply down_multiple|].
    destruct (multiple_is _ _ (down_multiple (g - 24) v)) as [m ->]. apply multiple_of. lia. }
  assert (T := to_32_error_normal (g - 32) _ ltac:(lia) M).
  assert (K := next _ _ _ _ _ 0 0 (bpow radix2 (-31)) 0
                 (to_32_bits (joined e g v ps)) J' Z0 P31 (Rle_refl 0)).
  rewrite !Rplus_0_r in K. specialize (K T).
  assert (M2 : multiple (g - 32) (to_32_bits (joined e g v ps))).
  { unfold to_32_bits. apply generic_round_generic; auto with typeclass_instances. }
  assert (N : Rabs (cdna3_step e g v ps - to_32_bits (joined e g v ps))
              <= u * Rabs (to_32_bits (joined e g v ps))).
  { unfold cdna3_step. eapply Rle_trans.
    - apply nearest_normal; [reflexivity|].
      destruct (multiple_at_least _ _ M2) as [Z | L]; [now left|right].
      eapply Rle_trans; [|exact L]. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [apply Rabs_pos|]. apply (rounded_range u), (u_positive 24). }
  assert (L := next _ _ _ _ _ 0 0 u 0 (cdna3_step e g v ps) K Z0 P24 (Rle_refl 0)).
  rewrite !Rplus_0_r in L. specialize (L N).
  eapply at_most; [exact L| |lra].
  unfold cdna3_loss. replace (bpow radix2 (-32)) with (bpow radix2 (-31) / 2) by (simpl; lra). lra.
Qed.

(* m steps, each with a product, of n products that are not zero. *)
Inductive cdna3_steps (c : R) : R -> R -> R -> R -> R -> Prop :=
| cdna3_none : cdna3_steps c 0 0 c (Rabs c) c
| cdna3_more : forall n m E S v e g ps, cdna3_steps c n m E S v -> Forall (both_encoded bits least) ps ->
    aligned_twice e g v ps ->
    cdna3_steps c (n + used ps) (m + 1) (E + sum (products ps)) (S + weights ps) (cdna3_step e g v ps).

Lemma cdna3_number : forall c n m E S v, f32 c -> cdna3_steps c n m E S v -> f32 v.
Proof. intros c n m E S v Nc H. destruct H; [exact Nc|now apply nearest_is_number]. Qed.

Definition cdna3_bound n m := n * bpow radix2 (-24) + m * (3 / 2 * bpow radix2 (-31) + u).

Theorem cdna3_run : forall c n m E S v, f32 c -> cdna3_steps c n m E S v ->
  run E S (cdna3_bound n m) (m * bpow radix2 (-149)) v
  /\ ((-94 <= 2 * least)%Z -> run E S (cdna3_bound n m) 0 v).
Proof.
  intros c n m E S v Nc H. induction H as [|n m E S v e g ps H [IH IH'] En Al].
  - replace (cdna3_bound 0 0) with 0 by (unfold cdna3_bound; ring). rewrite Rmult_0_l.
    split; [|intros _]; apply input, Rle_refl.
  - assert (Nv := cdna3_number _ _ _ _ _ _ Nc H).
    replace (cdna3_bound (n + used ps) (m + 1)) with (cdna3_bound n m + cdna3_loss ps)
      by (unfold cdna3_bound, cdna3_loss; ring).
    split; [|intro Far].
    + replace ((m + 1) * bpow radix2 (-149)) with (m * bpow radix2 (-149) + bpow radix2 (-149)) by ring.
      now apply cdna3_step_run.
    + apply cdna3_step_run_f16; auto.
Qed.

(* accumulate-cdna3: D starts the sum or is added at its end. *)
Theorem accumulate_cdna3 : forall D n m E S v Y, f32 D -> 0 <= n -> 0 <= m ->
  (cdna3_steps D n m E S v /\ Y = v
   \/ cdna3_steps 0 n m (E - D) (S - Rabs D) v /\ Y = nearest (-149) 24 choice (v + D)) ->
  let b := cdna3_bound n m + u in
  Rabs (Y - E) <= S * (exp b - 1) + m * bpow radix2 (-149) * exp b
  /\ ((-94 <= 2 * least)%Z -> Rabs (Y - E) <= S * (exp b - 1)).
Proof.
  intros D n m E S v Y ND Hn Hm H b. assert (U := bpow_ge_0 radix2 (-24)). fold u in U.
  assert (R : run E S b (m * bpow radix2 (-149)) Y /\ ((-94 <= 2 * least)%Z -> run E S b 0 Y)).
  { destruct H as [[H ->] | [H ->]].
    - destruct (cdna3_run _ _ _ _ _ _ ND H) as [A B]. unfold b.
      split; [|intro Far]; [eapply at_most; [exact A|lra|lra]|eapply at_most; [exact (B Far)|lra|lra]].
    - assert (N0 : f32 0) by apply number_0.
      destruct (cdna3_run _ _ _ _ _ _ N0 H) as [A B]. assert (Nv := cdna3_number _ _ _ _ _ _ N0 H).
      replace E with (E - D + D) by ring. replace S with (S - Rabs D + Rabs D) by ring.
      split; [|intro Far]; apply then_D; auto. }
  destruct R as [A B]. split; [now apply run_error|]. intro Far.
  eapply Rle_trans; [apply run_error, B, Far|lra].
Qed.
End Step.

(* ---- CDNA2 ------------------------------------------------------------------------------------- *)
(* Subnormal operands are zero first. k additions at most lie between a product and the result, each
   to nearest, and any result below 2^-126 may become zero: 2^-126 for each of the additions. *)
Inductive cdna2_sum : nat -> nat -> R -> R -> R -> Prop :=
| cdna2_term : forall x, f32 x -> cdna2_sum 0 0 x (Rabs x) x
| cdna2_flushed : forall x, Rabs x < bpow radix2 (-126) -> cdna2_sum 0 1 x (Rabs x) 0
| cdna2_add : forall k c E S v k' c' E' S' v' choice o, cdna2_sum k c E S v -> cdna2_sum k' c' E' S' v' ->
    o = nearest (-149) 24 choice (v + v') \/ o = flushed (nearest (-149) 24 choice (v + v')) ->
    cdna2_sum (1 + Nat.max k k') (c + c' + 1) (E + E') (S + S') o.

Theorem accumulate_cdna2 : forall k c E S v, cdna2_sum k c E S v -> let b := INR k * u in
  Rabs (v - E) <= S * (exp b - 1) + INR c * bpow radix2 (-126) * exp b.
Proof.
  assert (U := bpow_ge_0 radix2 (-24)). fold u in U. assert (P := bpow_ge_0 radix2 (-126)).
  assert (N0 : f32 0) by apply number_0.
  assert (W : forall k c E S v, cdna2_sum k c E S v ->
    f32 v /\ run E S (INR k * u) (INR c * bpow radix2 (-126)) v).
  { induction 1 as [x Nx | x Hx | k c E S v k' c' E' S' v' choice o _ [N H] _ [N' H'] Ho].
    - split; [exact Nx|]. simpl. rewrite !Rmult_0_l. apply input, Rle_refl.
    - split; [exact N0|]. simpl.
      assert (I := input 0 0 ltac:(rewrite Rabs_R0; lra)).
      assert (X := next _ _ _ _ _ x (Rabs x) 0 (bpow radix2 (-126)) 0 I (Rle_refl _) (Rle_refl 0) P).
      rewrite !Rplus_0_l in X.
      replace (0 * u) with 0 by ring. rewrite Rmult_1_l. apply X.
      unfold Rminus. rewrite Rplus_0_l, Rabs_Ropp, Rmult_0_l, Rplus_0_l. lra.
    - split.
      { destruct Ho as [-> | ->]; [now apply nearest_is_number|]. unfold flushed.
        destruct (Rlt_dec _ _); [exact N0|now apply nearest_is_number]. }
      assert (M : forall j, (j <= Nat.max k k')%nat -> INR j * u <= INR (Nat.max k k') * u).
      { intros j J. apply Rmult_le_compat_r; [exact U|now apply le_INR]. }
      rewrite !plus_INR. change (INR 1) with 1.
      replace ((1 + INR (Nat.max k k')) * u) with (INR (Nat.max k k') * u + u) by ring.
      replace ((INR c + INR c' + 1) * bpow radix2 (-126))
        with (INR c * bpow radix2 (-126) + INR c' * bpow radix2 (-126) + bpow radix2 (-126)) by ring.
      apply join with v v'; [| |exact U|exact P|now apply flushed_addition with choice].
      + eapply at_most; [exact H|apply M; lia|lra].
      + eapply at_most; [exact H'|apply M; lia|lra]. }
  intros k c E S v H b. apply run_error. now apply W.
Qed.
