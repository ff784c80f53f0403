(* nvidia.v -- accumulate_fused.md: fused steps that align all terms, from the operands' encodings to
   the bound of a whole sum.

   MODEL, as truncating.v: that a machine computes nvidia_step below is the assumption. What follows
   from it is proved, for fp16 and for bf16 operands. *)
Require Import Reals ZArith Lia Lra Psatz List.
Import ListNotations.
From Flocq Require Import Core Relative.
From Kbit Require Import rounding summation run.
From Kbit Require truncating.
Local Open Scope R_scope.

Local Instance bits_of_f32 : Prec_gt_0 24 := eq_refl.
Notation truncated := truncating.truncated.

(* ---- operands ---------------------------------------------------------------------------------- *)
(* A finite fp16 or bf16 number as it is encoded: significand 2^(exponent - bits). fp16 has 10 bits
   and least exponent -14, bf16 has 7 and -126. A subnormal number has the least exponent. *)
Record operand := { significand : Z; exponent : Z }.

Section Operands.
Variables bits least : Z.
Hypothesis bits_positive : (0 <= bits)%Z.

Definition value a := IZR (significand a) * bpow radix2 (exponent a - bits).
Definition encoded a := (least <= exponent a)%Z
  /\ ((2 ^ bits <= Z.abs (significand a))%Z \/ exponent a = least).
Definition weight a := Rmax (Rabs (value a)) (bpow radix2 least).

Lemma exponent_below_weight : forall a, encoded a -> bpow radix2 (exponent a) <= weight a.
Proof.
  intros a [_ [N | ->]]; unfold weight; [|apply Rmax_r].
  eapply Rle_trans; [|apply Rmax_l]. unfold value.
  rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 (exponent a - bits))) by apply bpow_ge_0.
  replace (bpow radix2 (exponent a)) with (bpow radix2 bits * bpow radix2 (exponent a - bits))
    by (rewrite <- bpow_plus; f_equal; ring).
  apply Rmult_le_compat_r; [apply bpow_ge_0|].
  rewrite <- (IZR_Zpower radix2) by exact bits_positive. rewrite <- abs_IZR. now apply IZR_le.
Qed.

(* A product, its weight, and the exponent by which it is aligned. *)
Definition pair := (operand * operand)%type.
Definition product (p : pair) := value (fst p) * value (snd p).
Definition product_weight (p : pair) := weight (fst p) * weight (snd p).
Definition product_exponent (p : pair) := (exponent (fst p) + exponent (snd p))%Z.
Definition both_encoded (p : pair) := encoded (fst p) /\ encoded (snd p).

Lemma product_below_weight : forall p, Rabs (product p) <= product_weight p.
Proof.
  intro p. unfold product, product_weight, weight. rewrite Rabs_mult.
  apply Rmult_le_compat; (apply Rabs_pos || apply Rmax_l).
Qed.

Lemma alignment_below_weight : forall p, both_encoded p ->
  bpow radix2 (product_exponent p) <= product_weight p.
Proof.
  intros p [A B]. unfold product_exponent, product_weight. rewrite bpow_plus.
  apply Rmult_le_compat; try apply bpow_ge_0; now apply exponent_below_weight.
Qed.

(* The product that the alignment comes from loses nothing: it has 2 bits fraction bits. *)
Lemma product_is_kept : forall F p, (2 * bits <= F)%Z ->
  truncated F (product_exponent p) (product p) = product p.
Proof.
  intros F p HF. unfold truncated. apply round_generic; [auto with typeclass_instances|].
  change (multiple (product_exponent p - F) (product p)). unfold product, value, product_exponent.
  replace (IZR (significand (fst p)) * bpow radix2 (exponent (fst p) - bits)
           * (IZR (significand (snd p)) * bpow radix2 (exponent (snd p) - bits)))
    with (IZR (significand (fst p) * significand (snd p))
          * bpow radix2 (exponent (fst p) + exponent (snd p) - 2 * bits)).
  - apply multiple_of. lia.
  - rewrite mult_IZR.
    replace (exponent (fst p) + exponent (snd p) - 2 * bits)%Z
      with ((exponent (fst p) - bits) + (exponent (snd p) - bits))%Z by ring.
    rewrite bpow_plus. ring.
Qed.
End Operands.

(* The running sum, an fp32 number: its encoded exponent, and it loses nothing where that is the
   alignment. *)
Definition running_exponent v := Z.max (mag radix2 v - 1) (-126).

Lemma running_is_kept : forall F e v, (23 <= F)%Z -> number (-149) 24 v -> (e <= running_exponent v)%Z ->
  truncated F e v = v.
Proof.
  intros F e v HF Nv He. unfold truncated. apply round_generic; [auto with typeclass_instances|].
  change (multiple (e - F) v).
  assert (E : v = IZR (Ztrunc (scaled_mantissa radix2 (FLT_exp (-149) 24) v))
                  * bpow radix2 (cexp radix2 (FLT_exp (-149) 24) v)) by exact Nv.
  rewrite E. apply multiple_of. unfold cexp, FLT_exp. unfold running_exponent in He. lia.
Qed.

Lemma running_below : forall v, v <> 0 -> bpow radix2 (running_exponent v) <= Rabs v + bpow radix2 (-126).
Proof.
  intros v Hv. unfold running_exponent. assert (P := bpow_ge_0 radix2 (-126)). assert (Q := Rabs_pos v).
  destruct (Z.max_spec (mag radix2 v - 1) (-126)) as [[_ ->] | [_ ->]]; [lra|].
  assert (B := bpow_mag_le radix2 v Hv). lra.
Qed.

(* ---- a step of NVIDIA's machines (T1) ---------------------------------------------------------- *)
(* The cut to 24 bits. *)
Definition cut x := round radix2 (FLT_exp (-149) 24) Ztrunc x.

Lemma cut_error : forall x, Rabs (cut x - x) <= bpow radix2 (-23) * Rabs x + bpow radix2 (-149).
Proof.
  intro x. assert (P := bpow_ge_0 radix2 (-149)). assert (Q := Rabs_pos x).
  assert (P23 := bpow_ge_0 radix2 (-23)).
  destruct (Rle_or_lt (bpow radix2 (-126)) (Rabs x)) as [N | S].
  - assert (H := relative_error_FLT radix2 (-149) 24 eq_refl Ztrunc x N).
    change (- (24) + 1)%Z with (-23)%Z in H. unfold cut. lra.
  - assert (H := error_le_ulp radix2 (FLT_exp (-149) 24) Ztrunc x).
    rewrite ulp_FLT_small in H; [|reflexivity|].
    + unfold cut. assert (0 <= bpow radix2 (-23) * Rabs x) by now apply Rmult_le_pos.
      lra.
    + eapply Rlt_trans; [exact S|apply bpow_lt; lia].
Qed.

Lemma cut_error_normal : forall g x, (-126 <= g)%Z -> multiple g x ->
  Rabs (cut x - x) <= bpow radix2 (-23) * Rabs x.
Proof.
  intros g x Hg M. destruct (multiple_at_least g x M) as [-> | L].
  - unfold cut. rewrite round_0, Rminus_0_r, Rabs_R0 by auto with typeclass_instances. lra.
  - assert (N : bpow radix2 (-149 + 24 - 1) <= Rabs x)
      by (eapply Rle_trans; [apply bpow_le; exact Hg|exact L]).
    apply Rlt_le. apply (relative_error_FLT radix2 (-149) 24 eq_refl Ztrunc x N).
Qed.

(* A cut keeps numbers, and never enlarges. *)
Lemma cut_is_number : forall x, number (-149) 24 (cut x).
Proof. intro x. apply generic_format_round; auto with typeclass_instances. Qed.

Lemma cut_of_number : forall x, number (-149) 24 x -> cut x = x.
Proof. intros x N. apply round_generic; auto with typeclass_instances. Qed.

Section Step.
Variables bits least F : Z.
Hypothesis bits_positive : (0 <= bits)%Z.
Hypothesis bits_kept : (2 * bits <= F)%Z.
Hypothesis running_kept : (23 <= F)%Z.
Notation product := (product bits).
Notation product_weight := (product_weight bits least).

Definition products ps := map product ps.
Definition nonzero (p : pair) := negb (Req_bool (product p) 0).
Definition used ps := INR (length (filter nonzero ps)).
Definition weights ps := sum (map product_weight (filter nonzero ps)).

(* e: the alignment, c and the products cut below 2^(e - F), added exactly, cut to fp32. *)
Definition nvidia_step e v ps := cut (sum (map (truncated F e) (v :: products ps))).

(* The alignment is the largest exponent. It comes from a product that is not zero, from the running
   sum, or from zeros, whose exponents are -131 and less. *)
Definition aligned e v ps :=
  (forall p, In p ps -> product p <> 0 -> (product_exponent p <= e)%Z)
  /\ ((exists p, In p ps /\ product p <> 0 /\ e = product_exponent p)
      \/ (v <> 0 /\ e = running_exponent v) \/ (e <= -131)%Z).

Lemma truncated_0 : forall e, truncated F e 0 = 0.
Proof. intro e. unfold truncated. apply round_0. auto with typeclass_instances. Qed.

Lemma one_truncation : forall e p,
  Rabs (truncated F e (product p) - product p)
    <= (if nonzero p then bpow radix2 (e - F) else 0).
Proof.
  intros e p. unfold nonzero. destruct (Req_bool_spec (product p) 0) as [Z | Z]; simpl.
  - rewrite Z, truncated_0, Rminus_0_r, Rabs_R0. lra.
  - apply truncating.truncation_error.
Qed.

Lemma used_cons : forall p ps, used (p :: ps) = used ps + (if nonzero p then 1 else 0).
Proof.
  intros p ps. unfold used. simpl. destruct (nonzero p); [|ring].
  change (length (p :: filter nonzero ps)) with (S (length (filter nonzero ps))). apply S_INR.
Qed.

Lemma used_positive : forall ps, 0 <= used ps.
Proof. intro ps. apply pos_INR. Qed.

Lemma truncation_of_all : forall e ps,
  Rabs (sum (map (truncated F e) (products ps)) - sum (products ps)) <= used ps * bpow radix2 (e - F).
Proof.
  intros e ps. induction ps as [|p ps IH].
  - unfold used. simpl. rewrite Rminus_0_r, Rabs_R0. lra.
  - rewrite used_cons. simpl. assert (T := one_truncation e p).
    replace (truncated F e (product p) + sum (map (truncated F e) (products ps))
             - (product p + sum (products ps)))
      with ((truncated F e (product p) - product p)
            + (sum (map (truncated F e) (products ps)) - sum (products ps))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. destruct (nonzero p); lra.
Qed.

(* The product that the alignment comes from is one of those, and loses nothing. *)
Lemma truncation_but_one : forall p ps, In p ps -> product p <> 0 ->
  Rabs (sum (map (truncated F (product_exponent p)) (products ps)) - sum (products ps))
    <= (used ps - 1) * bpow radix2 (product_exponent p - F).
Proof.
  intros p ps Hp Zp. set (e := product_exponent p).
  destruct (in_split _ _ Hp) as (before & after & ->).
  assert (K : truncated F e (product p) = product p) by now apply product_is_kept.
  assert (U : used (before ++ p :: after) = used before + used after + 1).
  { unfold used. rewrite filter_app, app_length. simpl filter.
    unfold nonzero at 2. rewrite Req_bool_false by exact Zp. simpl negb. cbv iota.
    change (length (p :: filter nonzero after)) with (S (length (filter nonzero after))).
    rewrite plus_INR, S_INR. ring. }
  rewrite U. unfold products. rewrite !map_app, !sum_app. simpl map. simpl sum. rewrite K.
  fold (products before) (products after).
  assert (A := truncation_of_all e before). assert (B := truncation_of_all e after).
  replace (sum (map (truncated F e) (products before))
           + (product p + sum (map (truncated F e) (products after)))
           - (sum (products before) + (product p + sum (products after))))
    with ((sum (map (truncated F e) (products before)) - sum (products before))
          + (sum (map (truncated F e) (products after)) - sum (products after))) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma weights_cons : forall p ps,
  weights (p :: ps) = (if nonzero p then product_weight p else 0) + weights ps.
Proof. intros p ps. unfold weights. simpl. destruct (nonzero p); simpl; ring. Qed.

Lemma product_counts : forall p, Rabs (product p) <= (if nonzero p then product_weight p else 0).
Proof.
  intro p. unfold nonzero. destruct (Req_bool_spec (product p) 0) as [-> | _]; simpl.
  - rewrite Rabs_R0. apply Rle_refl.
  - apply product_below_weight.
Qed.

Lemma weights_cover : forall ps, Rabs (sum (products ps)) <= weights ps.
Proof.
  induction ps as [|p ps IH]; [simpl; rewrite Rabs_R0; apply Rle_refl|].
  rewrite weights_cons. simpl. eapply Rle_trans; [apply Rabs_triang|].
  assert (H := product_counts p). lra.
Qed.

Lemma weights_positive : forall ps, 0 <= weights ps.
Proof. intro ps. eapply Rle_trans; [apply Rabs_pos|apply weights_cover]. Qed.

Lemma one_weight : forall p ps, In p ps -> product p <> 0 -> product_weight p <= weights ps.
Proof.
  intros p ps H Z. induction ps as [|q ps IH]; [easy|]. rewrite weights_cons. destruct H as [-> | H].
  - assert (P := weights_positive ps). unfold nonzero. rewrite Req_bool_false by exact Z. simpl. lra.
  - assert (Q := product_counts q). assert (R := Rabs_pos (product q)). specialize (IH H). lra.
Qed.

Lemma truncated_size : forall e xs, Rabs (sum (map (truncated F e) xs)) <= magnitude xs.
Proof. intros. apply truncating.truncated_sum. Qed.

Lemma magnitude_below_weights : forall v ps, magnitude (v :: products ps) <= Rabs v + weights ps.
Proof.
  intros v ps. change (Rabs v + magnitude (products ps) <= Rabs v + weights ps).
  apply Rplus_le_compat_l. induction ps as [|p ps IH]; [apply Rle_refl|].
  rewrite weights_cons. assert (H := product_counts p).
  change (Rabs (product p) + magnitude (products ps)
          <= (if nonzero p then product_weight p else 0) + weights ps). lra.
Qed.

(* What truncation loses, whatever the alignment comes from. *)
Lemma truncation_loss : forall e v ps, number (-149) 24 v -> Forall (both_encoded bits least) ps ->
  aligned e v ps ->
  Rabs (sum (map (truncated F e) (v :: products ps)) - (v + sum (products ps)))
    <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps)) + used ps * bpow radix2 (-149).
Proof.
  intros e v ps Nv En Al. assert (U := used_positive ps).
  assert (PF := bpow_ge_0 radix2 (- F)). assert (P149 := bpow_ge_0 radix2 (-149)).
  assert (V := Rabs_pos v).
  assert (PW := weights_positive ps).
  simpl map. simpl sum.
  replace (truncated F e v + sum (map (truncated F e) (products ps)) - (v + sum (products ps)))
    with ((truncated F e v - v)
          + (sum (map (truncated F e) (products ps)) - sum (products ps))) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  destruct Al as [_ [(p & Hp & Zp & ->) | [[Zv ->] | Le]]].
  - (* a product's: v may lose, that product does not *)
    assert (A := truncating.truncation_error F (product_exponent p) v).
    assert (B := truncation_but_one p ps Hp Zp).
    assert (C : bpow radix2 (product_exponent p - F) <= bpow radix2 (- F) * (Rabs v + weights ps)).
    { replace (product_exponent p - F)%Z with (- F + product_exponent p)%Z by ring. rewrite bpow_plus.
      apply Rmult_le_compat_l; [exact PF|].
      assert (W := one_weight p ps Hp Zp). rewrite Forall_forall in En.
      assert (D := alignment_below_weight bits least bits_positive p (En p Hp)). lra. }
    assert (used ps * bpow radix2 (product_exponent p - F)
            <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps)))
      by (apply Rmult_le_compat_l; assumption).
    nra.
  - (* the running sum's: it loses nothing *)
    rewrite running_is_kept by (assumption || lia).
    rewrite (Rminus_diag_eq v), Rabs_R0 by reflexivity.
    assert (B := truncation_of_all (running_exponent v) ps).
    assert (C : bpow radix2 (running_exponent v - F)
                <= bpow radix2 (- F) * (Rabs v + weights ps) + bpow radix2 (-149)).
    { replace (running_exponent v - F)%Z with (- F + running_exponent v)%Z by ring. rewrite bpow_plus.
      apply Rle_trans with (bpow radix2 (- F) * (Rabs v + bpow radix2 (-126))).
      - apply Rmult_le_compat_l; [exact PF|now apply running_below].
      - rewrite Rmult_plus_distr_l. apply Rplus_le_compat.
        + apply Rmult_le_compat_l; lra.
        + rewrite <- bpow_plus. apply bpow_le. lia. }
    assert (used ps * bpow radix2 (running_exponent v - F)
            <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps) + bpow radix2 (-149)))
      by (apply Rmult_le_compat_l; assumption).
    lra.
  - (* a zero's: below everything that fp32 holds *)
    rewrite running_is_kept; [|exact running_kept|exact Nv|unfold running_exponent; lia].
    rewrite (Rminus_diag_eq v), Rabs_R0 by reflexivity.
    assert (B := truncation_of_all e ps).
    assert (C : bpow radix2 (e - F) <= bpow radix2 (-149)) by (apply bpow_le; lia).
    assert (used ps * bpow radix2 (e - F) <= used ps * bpow radix2 (-149))
      by (apply Rmult_le_compat_l; assumption).
    assert (0 <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps))).
    { apply Rmult_le_pos; [exact U|]. apply Rmult_le_pos; lra. }
    lra.
Qed.

(* T1, any operands: subnormal results lose up to 2^-149 in each term besides. *)
Theorem nvidia_step_error : forall e v ps, number (-149) 24 v -> Forall (both_encoded bits least) ps ->
  aligned e v ps ->
  Rabs (nvidia_step e v ps - (v + sum (products ps)))
    <= (used ps * bpow radix2 (- F) + bpow radix2 (-23)) * (Rabs v + weights ps)
       + (used ps + 1) * bpow radix2 (-149).
Proof.
  intros e v ps Nv En Al. assert (T := truncation_loss e v ps Nv En Al).
  unfold nvidia_step. set (t := sum (map (truncated F e) (v :: products ps))) in *.
  assert (C := cut_error t). assert (M := truncated_size e (v :: products ps)). fold t in M.
  assert (W := magnitude_below_weights v ps).
  assert (bpow radix2 (-23) * Rabs t <= bpow radix2 (-23) * (Rabs v + weights ps))
    by (apply Rmult_le_compat_l; [apply bpow_ge_0|lra]).
  replace (cut t - (v + sum (products ps))) with ((cut t - t) + (t - (v + sum (products ps)))) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(* T1, fp16: nothing is subnormal, as products have exponents of -28 and more. *)
Definition far_from_subnormal := (-126 <= 2 * least - F)%Z.

Lemma some_product : forall ps, used ps <> 0 -> exists p, In p ps /\ product p <> 0.
Proof.
  intros ps U. unfold used in U. destruct (filter nonzero ps) as [|p qs] eqn:Q; [now simpl in U|].
  assert (H : In p (filter nonzero ps)) by (rewrite Q; now left).
  apply filter_In in H. destruct H as [H Z]. exists p. split; [exact H|]. unfold nonzero in Z.
  intro K. rewrite K, Req_bool_true in Z by reflexivity. easy.
Qed.

Lemma truncated_multiples : forall e xs, multiple (e - F) (sum (map (truncated F e) xs)).
Proof.
  intros e xs. induction xs as [|x xs IH].
  - replace (sum (map (truncated F e) nil)) with (IZR 0 * bpow radix2 (e - F)) by (simpl; ring).
    apply multiple_of. lia.
  - simpl. apply multiple_plus; [|exact IH].
    apply generic_format_round; auto with typeclass_instances.
Qed.

Theorem nvidia_step_error_f16 : forall e v ps, far_from_subnormal -> number (-149) 24 v ->
  Forall (both_encoded bits least) ps -> aligned e v ps -> used ps <> 0 ->
  Rabs (nvidia_step e v ps - (v + sum (products ps)))
    <= (used ps * bpow radix2 (- F) + bpow radix2 (-23)) * (Rabs v + weights ps).
Proof.
  intros e v ps Far Nv En [Largest Al] U. unfold far_from_subnormal in Far.
  destruct (some_product ps U) as (o & Ho & Zo). assert (Le := Largest o Ho Zo).
  assert (En' := En). rewrite Forall_forall in En'. destruct (En' o Ho) as [[L1 _] [L2 _]].
  unfold product_exponent in Le.
  assert (Up := used_positive ps). assert (V := Rabs_pos v). assert (PW := weights_positive ps).
  assert (PF := bpow_ge_0 radix2 (- F)).
  assert (T : Rabs (sum (map (truncated F e) (v :: products ps)) - (v + sum (products ps)))
              <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps))).
  { simpl map. simpl sum.
    replace (truncated F e v + sum (map (truncated F e) (products ps)) - (v + sum (products ps)))
      with ((truncated F e v - v)
            + (sum (map (truncated F e) (products ps)) - sum (products ps))) by ring.
    eapply Rle_trans; [apply Rabs_triang|].
    destruct Al as [(p & Hp & Zp & ->) | [[Zv ->] | Low]]; [| |lia].
    - assert (A := truncating.truncation_error F (product_exponent p) v).
      assert (B := truncation_but_one p ps Hp Zp).
      assert (C : bpow radix2 (product_exponent p - F) <= bpow radix2 (- F) * (Rabs v + weights ps)).
      { replace (product_exponent p - F)%Z with (- F + product_exponent p)%Z by ring. rewrite bpow_plus.
        apply Rmult_le_compat_l; [exact PF|]. assert (W := one_weight p ps Hp Zp).
        assert (D := alignment_below_weight bits least bits_positive p (En' p Hp)). lra. }
      assert (used ps * bpow radix2 (product_exponent p - F)
              <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps)))
        by (apply Rmult_le_compat_l; assumption).
      lra.
    - rewrite running_is_kept by (assumption || lia).
      rewrite (Rminus_diag_eq v), Rabs_R0 by reflexivity.
      assert (B := truncation_of_all (running_exponent v) ps).
      assert (C : bpow radix2 (running_exponent v - F) <= bpow radix2 (- F) * (Rabs v + weights ps)).
      { replace (running_exponent v - F)%Z with (- F + running_exponent v)%Z by ring. rewrite bpow_plus.
        apply Rmult_le_compat_l; [exact PF|]. unfold running_exponent in *.
        assert (M : Z.max (mag radix2 v - 1) (-126) = (mag radix2 v - 1)%Z) by lia.
        rewrite M. assert (B' := bpow_mag_le radix2 v Zv). lra. }
      assert (used ps * bpow radix2 (running_exponent v - F)
              <= used ps * (bpow radix2 (- F) * (Rabs v + weights ps)))
        by (apply Rmult_le_compat_l; assumption).
      lra. }
  unfold nvidia_step. set (t := sum (map (truncated F e) (v :: products ps))) in *.
  assert (C := cut_error_normal (e - F) t ltac:(lia) (truncated_multiples e (v :: products ps))).
  assert (M := truncated_size e (v :: products ps)). fold t in M.
  assert (W := magnitude_below_weights v ps).
  assert (bpow radix2 (-23) * Rabs t <= bpow radix2 (-23) * (Rabs v + weights ps))
    by (apply Rmult_le_compat_l; [apply bpow_ge_0|lra]).
  replace (cut t - (v + sum (products ps))) with ((cut t - t) + (t - (v + sum (products ps)))) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(* Without a product that is not zero nothing happens. *)
Theorem empty_step : forall e v ps, number (-149) 24 v -> used ps = 0 ->
  (v <> 0 /\ e = running_exponent v) \/ (e <= -131)%Z ->
  nvidia_step e v ps = v + sum (products ps) /\ sum (products ps) = 0.
Proof.
  intros e v ps Nv U Al.
  assert (Z : forall p, In p ps -> product p = 0).
  { intros p Hp. destruct (Req_dec (product p) 0) as [|N]; [assumption|exfalso].
    assert (Q : In p (filter nonzero ps)).
    { apply filter_In. split; [exact Hp|]. unfold nonzero. now rewrite Req_bool_false. }
    unfold used in U. destruct (filter nonzero ps) as [|q qs]; [easy|].
    change (length (q :: qs)) with (S (length qs)) in U. rewrite S_INR in U.
    assert (P := pos_INR (length qs)). lra. }
  assert (S0 : sum (products ps) = 0 /\ sum (map (truncated F e) (products ps)) = 0).
  { clear U Al. induction ps as [|p ps IH]; [split; reflexivity|].
    destruct IH as [A B]; [intros q Hq; apply Z; now right|]. simpl.
    rewrite (Z p) by now left. rewrite truncated_0, A, B. split; ring. }
  destruct S0 as [A B]. split; [|exact A].
  unfold nvidia_step. simpl. rewrite A, B, !Rplus_0_r.
  rewrite running_is_kept; [now apply cut_of_number|exact running_kept|exact Nv|].
  destruct Al as [[_ ->] | Le]; [lia|unfold running_exponent; lia].
Qed.

(* ---- a chain of steps -------------------------------------------------------------------------- *)
(* After n products that are not zero, in m steps that have one: from a number c, in any groups. *)
Inductive steps (c : R) : R -> R -> R -> R -> R -> Prop :=
| no_step : steps c 0 0 c (Rabs c) c
| one_step_more : forall n m E S v e ps, steps c n m E S v -> Forall (both_encoded bits least) ps ->
    aligned e v ps -> used ps <> 0 ->
    steps c (n + used ps) (m + 1) (E + sum (products ps)) (S + weights ps) (nvidia_step e v ps)
| one_step_empty : forall n m E S v e ps, steps c n m E S v -> used ps = 0 ->
    (v <> 0 /\ e = running_exponent v) \/ (e <= -131)%Z ->
    steps c n m E S (nvidia_step e v ps).

Lemma steps_number : forall c n m E S v, number (-149) 24 c -> steps c n m E S v -> number (-149) 24 v.
Proof. intros c n m E S v Nc H. destruct H; [exact Nc|apply cut_is_number|apply cut_is_number]. Qed.

Lemma at_least_one : forall ps, used ps <> 0 -> 1 <= used ps.
Proof.
  intros ps U. unfold used in *. destruct (filter nonzero ps) as [|p qs]; [now simpl in U|].
  change (length (p :: qs)) with (S (length qs)). rewrite S_INR. assert (P := pos_INR (length qs)). lra.
Qed.

(* No more steps than products, and S covers D and the products. *)
Lemma steps_counts : forall c n m E S v, steps c n m E S v -> 0 <= m <= n.
Proof.
  induction 1 as [|n m E S v e ps H IH En Al U | n m E S v e ps H IH U Al]; [lra| |exact IH].
  assert (P := at_least_one ps U). lra.
Qed.

(* T2. Absolute losses for bf16 only. *)
Theorem steps_run : forall c n m E S v, number (-149) 24 c -> steps c n m E S v ->
  run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23)) ((n + m) * bpow radix2 (-149)) v
  /\ (far_from_subnormal -> run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23)) 0 v).
Proof.
  intros c n m E S v Nc H. assert (P149 := bpow_ge_0 radix2 (-149)).
  assert (PF := bpow_ge_0 radix2 (- F)). assert (P23 := bpow_ge_0 radix2 (-23)).
  induction H as [|n m E S v e ps H [IH IH'] En Al U | n m E S v e ps H [IH IH'] U Al].
  - replace (0 * bpow radix2 (- F) + 0 * bpow radix2 (-23)) with 0 by ring.
    replace ((0 + 0) * bpow radix2 (-149)) with 0 by ring.
    split; [|intros _]; apply input, Rle_refl.
  - assert (Nv := steps_number _ _ _ _ _ _ Nc H). assert (Up := used_positive ps).
    replace ((n + used ps) * bpow radix2 (- F) + (m + 1) * bpow radix2 (-23))
      with (n * bpow radix2 (- F) + m * bpow radix2 (-23)
            + (used ps * bpow radix2 (- F) + bpow radix2 (-23))) by ring.
    assert (L : 0 <= used ps * bpow radix2 (- F) + bpow radix2 (-23))
      by (apply Rplus_le_le_0_compat; [now apply Rmult_le_pos|exact P23]).
    split; [|intro Far].
    + replace ((n + used ps + (m + 1)) * bpow radix2 (-149))
        with ((n + m) * bpow radix2 (-149) + (used ps + 1) * bpow radix2 (-149)) by ring.
      apply next with v; [exact IH|apply weights_cover|exact L| |now apply nvidia_step_error].
      apply Rmult_le_pos; lra.
    + rewrite <- (Rplus_0_r 0).
      apply next with v; [now apply IH'|apply weights_cover|exact L|lra|].
      rewrite Rplus_0_r. now apply nvidia_step_error_f16.
  - assert (Nv := steps_number _ _ _ _ _ _ Nc H).
    destruct (empty_step e v ps Nv U Al) as [-> Z]. rewrite Z, Rplus_0_r. now split.
Qed.

(* The whole sum: D starts it or is added at its end, in fp32. *)
Theorem nvidia_sum : forall choice c D n m E S v Y, f32 D ->
  (c = D /\ steps c n m E S v /\ Y = v
   \/ c = 0 /\ steps c n m (E - D) (S - Rabs D) v /\ Y = nearest (-149) 24 choice (v + D)) ->
  run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23) + u) ((n + m) * bpow radix2 (-149)) Y
  /\ (far_from_subnormal -> run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23) + u) 0 Y).
Proof.
  intros choice c D n m E S v Y ND [(-> & H & ->) | (-> & H & ->)].
  - assert (U := bpow_ge_0 radix2 (-24)). fold u in U.
    destruct (steps_run D n m E S v ND H) as [A B].
    split; [|intro Far]; [eapply at_most; [exact A|lra|lra]|eapply at_most; [now apply B|lra|lra]].
  - assert (N0 : number (-149) 24 0) by apply generic_format_0.
    assert (Nv := steps_number _ _ _ _ _ _ N0 H).
    destruct (steps_run 0 n m _ _ v N0 H) as [A B].
    replace E with (E - D + D) by ring. replace S with (S - Rabs D + Rabs D) by ring.
    split; [|intro Far]; apply then_D; (assumption || now apply B).
Qed.
End Step.

(* The rows, each with the format's bits and least exponent: nothing is absolute for fp16. *)
Definition bits_f16 := 10%Z. Definition least_f16 := (-14)%Z.
Definition bits_bf16 := 7%Z. Definition least_bf16 := (-126)%Z.

Section Rows.
Variable choice : Z -> bool.
Variables bits least : Z.
Hypothesis format : bits = bits_f16 /\ least = least_f16 \/ bits = bits_bf16 /\ least = least_bf16.
Variables D n m E S v Y : R.
Hypothesis D_f32 : f32 D.
Let absolute := if Z.eqb least least_f16 then 0 else (n + m) * bpow radix2 (-149).

Definition summed F :=
  steps bits least F D n m E S v /\ Y = v
  \/ steps bits least F 0 n m (E - D) (S - Rabs D) v /\ Y = nearest (-149) 24 choice (v + D).

Lemma row : forall F b, (23 <= F <= 25)%Z -> summed F ->
  n * bpow radix2 (- F) + m * bpow radix2 (-23) + u <= b ->
  Rabs (Y - E) <= S * (exp b - 1) + absolute * exp b.
Proof.
  intros F b HF H Hb. apply run_error. apply at_most with (n * bpow radix2 (- F) + m * bpow radix2 (-23) + u)
    absolute; [|exact Hb|apply Rle_refl].
  assert (K : (2 * bits <= F)%Z /\ (0 <= bits)%Z)
    by (unfold bits_f16, bits_bf16 in format; lia).
  assert (A := fun c => nvidia_sum bits least F (proj2 K) (proj1 K) (proj1 HF) choice c D n m E S v Y D_f32).
  assert (B : run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23) + u) ((n + m) * bpow radix2 (-149)) Y
              /\ (far_from_subnormal least F ->
                  run E S (n * bpow radix2 (- F) + m * bpow radix2 (-23) + u) 0 Y)).
  { destruct H as [[H ->] | [H HY]]; [apply (A D); left|apply (A 0); right]; auto. }
  unfold absolute. destruct B as [B B']. destruct format as [[-> ->] | [-> ->]]; simpl.
  - apply B'. unfold far_from_subnormal, least_f16. lia.
  - exact B.
Qed.

(* accumulate-v100, accumulate-turing and accumulate-a100, accumulate-h100. *)
Theorem accumulate_v100 : summed 23 -> let b := n * bpow radix2 (-23) + m * bpow radix2 (-23) + u in
  Rabs (Y - E) <= S * (exp b - 1) + absolute * exp b.
Proof. intros H b. apply row with 23%Z; [lia|exact H|apply Rle_refl]. Qed.

Theorem accumulate_a100 : summed 24 -> let b := n * bpow radix2 (-24) + m * bpow radix2 (-23) + u in
  Rabs (Y - E) <= S * (exp b - 1) + absolute * exp b.
Proof. intros H b. apply row with 24%Z; [lia|exact H|apply Rle_refl]. Qed.

Theorem accumulate_h100 : summed 25 -> let b := n * bpow radix2 (-25) + m * bpow radix2 (-23) + u in
  Rabs (Y - E) <= S * (exp b - 1) + absolute * exp b.
Proof. intros H b. apply row with 25%Z; [lia|exact H|apply Rle_refl]. Qed.
End Rows.
