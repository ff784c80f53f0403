(* summation.v -- accumulate.md, "Adding in any order": |computed - exact| <= (n - 1) u S.

   Any format with p bits; fp32 at the end. *)
Require Import Reals ZArith Lia Lra Psatz List Permutation.
From Flocq Require Import Core.
From Kbit Require Import rounding.
Local Open Scope R_scope.

(* Which partial results are added to which: any order, any grouping. *)
Inductive tree := Term (t : R) | Add (left right : tree).

Fixpoint terms tree : list R :=
  match tree with Term t => t :: nil | Add l r => terms l ++ terms r end.

Definition count (ts : list R) := INR (length ts).
Definition sum := fold_right Rplus 0.
Definition magnitude ts := sum (map Rabs ts).

Section Sum.
Variables emin p : Z.
Context {p_positive : Prec_gt_0 p}.
Variable choice : Z -> bool.
Let u := unit_roundoff p.

Fixpoint computed tree :=
  match tree with Term t => t | Add l r => nearest emin p choice (computed l + computed r) end.

Lemma sum_app : forall a b, sum (a ++ b) = sum a + sum b.
Proof. induction a as [|x a IH]; intro b; simpl; [|rewrite IH]; ring. Qed.

Lemma magnitude_app : forall a b, magnitude (a ++ b) = magnitude a + magnitude b.
Proof. intros. unfold magnitude. now rewrite map_app, sum_app. Qed.

Lemma count_app : forall a b, count (a ++ b) = count a + count b.
Proof. intros. unfold count. now rewrite app_length, plus_INR. Qed.

Lemma magnitude_positive : forall a, 0 <= magnitude a.
Proof.
  induction a as [|x a IH]; [apply Rle_refl|].
  change (0 <= Rabs x + magnitude a). assert (H := Rabs_pos x). lra.
Qed.

Lemma sum_le_magnitude : forall a, Rabs (sum a) <= magnitude a.
Proof.
  induction a as [|x a IH]; [simpl; rewrite Rabs_R0; apply Rle_refl|].
  change (Rabs (x + sum a) <= Rabs x + magnitude a).
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma sum_permutation : forall a b, Permutation a b -> sum a = sum b.
Proof. induction 1; simpl; lra. Qed.

Lemma magnitude_permutation : forall a b, Permutation a b -> magnitude a = magnitude b.
Proof. intros. apply sum_permutation. now apply Permutation_map. Qed.

Lemma count_terms : forall t, 1 <= count (terms t).
Proof.
  induction t as [t | l IHl r IHr]; simpl terms.
  - unfold count. simpl. lra.
  - rewrite count_app. lra.
Qed.

Lemma computed_is_number : forall t, Forall (number emin p) (terms t) -> number emin p (computed t).
Proof.
  intros [t | l r] H; simpl in *.
  - now inversion H.
  - now apply nearest_is_number.
Qed.

(* The step of the induction. g is the error of the rounding at the root; (a), (a'), (b) as on the
   page; (a') is (a) with the roles changed. *)
Lemma root : forall g n1 n2 S1 S2 A B,
  1 <= n1 -> 1 <= n2 -> 0 <= S1 -> 0 <= S2 -> 0 <= g ->
  A <= S1 + (n1 - 1) * u * S1 -> B <= S2 + (n2 - 1) * u * S2 ->
  g <= B -> g <= A -> g <= rounded u * (A + B) ->
  g <= u * (n2 * S1 + n1 * S2).
Proof.
  assert (Hu : 0 < u) by apply u_positive.
  assert (W : forall g n1 n2 S1 S2 A B,
    1 <= n1 -> 1 <= n2 -> 0 <= S1 -> 0 <= S2 -> 0 <= g ->
    A <= S1 + (n1 - 1) * u * S1 -> B <= S2 + (n2 - 1) * u * S2 ->
    g <= B -> g <= rounded u * (A + B) -> S2 <= S1 ->
    g <= u * (n2 * S1 + n1 * S2)).
  { intros g n1 n2 S1 S2 A B H1 H2 HS1 HS2 Hg HA HB Ha Hb HS.
    assert (P1 : 0 <= u * (n2 - 1)) by nra. assert (P2 : 0 <= u * (n1 - 1)) by nra.
    destruct (Rle_or_lt S2 (u * S1)) as [C | C].
    - assert (H : u * (n2 - 1) * S2 <= u * (n2 - 1) * S1) by (apply Rmult_le_compat_l; assumption).
      assert (0 <= u * (n1 * S2)) by (apply Rmult_le_pos; nra). nra.
    - assert (Hb' : g * (1 + u) <= u * (A + B)).
      { apply Rle_trans with (rounded u * (A + B) * (1 + u)).
        - apply Rmult_le_compat_r; [lra|exact Hb].
        - unfold rounded. right. field. lra. }
      assert (K1 : (n1 - 1) * (u * S1) <= (n1 - 1) * S2) by (apply Rmult_le_compat_l; lra).
      assert (K2 : u * (n2 - 1) * S2 <= u * (n2 - 1) * S1) by (apply Rmult_le_compat_l; assumption).
      assert (K3 : A + B <= (1 + (n2 - 1) * u) * S1 + n1 * S2) by nra.
      assert (K4 : (1 + (n2 - 1) * u) * S1 + n1 * S2 <= (1 + u) * (n2 * S1 + n1 * S2)).
      { assert (0 <= u * (n1 * S2)) by (apply Rmult_le_pos; nra).
        assert (0 <= (n2 - 1) * S1) by (apply Rmult_le_pos; lra).
        assert (0 <= u * S1) by (apply Rmult_le_pos; lra). nra. }
      apply Rmult_le_reg_r with (1 + u); [lra|].
      eapply Rle_trans; [exact Hb'|].
      rewrite (Rmult_assoc u), (Rmult_comm _ (1 + u)).
      apply Rmult_le_compat_l; lra. }
  intros g n1 n2 S1 S2 A B H1 H2 HS1 HS2 Hg HA HB Ha Ha' Hb.
  destruct (Rle_or_lt S2 S1) as [C | C].
  - now apply (W g n1 n2 S1 S2 A B).
  - rewrite Rplus_comm in Hb. rewrite Rplus_comm.
    apply (W g n2 n1 S2 S1 B A); try assumption. lra.
Qed.

(* accumulate.md, Theorem (summation). *)
Theorem summation : forall t, Forall (number emin p) (terms t) ->
  Rabs (computed t - sum (terms t)) <= (count (terms t) - 1) * u * magnitude (terms t).
Proof.
  assert (Hu : 0 < u) by apply u_positive.
  induction t as [t | l IHl r IHr]; intro H.
  - unfold count, magnitude. simpl.
    replace (t - (t + 0)) with 0 by ring. rewrite Rabs_R0. lra.
  - simpl terms in *. apply Forall_app in H. destruct H as [Hl Hr].
    rewrite count_app, sum_app, magnitude_app.
    specialize (IHl Hl). specialize (IHr Hr).
    assert (Nl := computed_is_number l Hl). assert (Nr := computed_is_number r Hr).
    assert (n1 := count_terms l). assert (n2 := count_terms r).
    assert (s1 := magnitude_positive (terms l)). assert (s2 := magnitude_positive (terms r)).
    assert (b1 := sum_le_magnitude (terms l)). assert (b2 := sum_le_magnitude (terms r)).
    simpl computed. set (a := computed l) in *. set (b := computed r) in *.
    set (g := Rabs (nearest emin p choice (a + b) - (a + b))).
    assert (Hg : g <= u * (count (terms r) * magnitude (terms l)
                           + count (terms l) * magnitude (terms r))).
    { apply root with (A := Rabs a) (B := Rabs b); try assumption.
      - apply Rabs_pos.
      - replace a with (sum (terms l) + (a - sum (terms l))) by ring.
        eapply Rle_trans; [apply Rabs_triang|]. lra.
      - replace b with (sum (terms r) + (b - sum (terms r))) by ring.
        eapply Rle_trans; [apply Rabs_triang|]. lra.
      - unfold g. eapply Rle_trans; [apply nearest_error_le; [exact p_positive|exact Nl]|].
        replace (a - (a + b)) with (- b) by ring. rewrite Rabs_Ropp. lra.
      - unfold g. eapply Rle_trans; [apply nearest_error_le; [exact p_positive|exact Nr]|].
        replace (b - (a + b)) with (- a) by ring. rewrite Rabs_Ropp. lra.
      - unfold g. eapply Rle_trans; [apply nearest_sum; assumption|].
        apply Rmult_le_compat_l; [|apply Rabs_triang].
        destruct (rounded_range u Hu). assumption. }
    replace (nearest emin p choice (a + b) - (sum (terms l) + sum (terms r)))
      with ((nearest emin p choice (a + b) - (a + b))
            + ((a - sum (terms l)) + (b - sum (terms r)))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. fold g.
    eapply Rle_trans;
      [apply Rplus_le_compat; [exact Hg|eapply Rle_trans; [apply Rabs_triang|
        apply Rplus_le_compat; [exact IHl|exact IHr]]]|].
    right. ring.
Qed.

(* The terms as a list, added in any order. *)
Corollary any_order : forall t ts, Permutation (terms t) ts -> Forall (number emin p) ts ->
  Rabs (computed t - sum ts) <= (count ts - 1) * u * magnitude ts.
Proof.
  intros t ts Hp H.
  rewrite <- (sum_permutation _ _ Hp), <- (magnitude_permutation _ _ Hp).
  unfold count. rewrite <- (Permutation_length Hp). apply summation.
  eapply Permutation_Forall; [apply Permutation_sym; exact Hp|exact H].
Qed.

(* Every partial result is within (1 + (n - 1) u) S: where that stays below the largest number of
   the format, nothing overflows, and the format without a largest number tells the truth. *)
Corollary no_overflow : forall t, Forall (number emin p) (terms t) ->
  Rabs (computed t) <= (1 + (count (terms t) - 1) * u) * magnitude (terms t).
Proof.
  intros t H. assert (E := summation t H). assert (M := sum_le_magnitude (terms t)).
  replace (computed t) with (sum (terms t) + (computed t - sum (terms t))) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
End Sum.

(* fp32, ties to even. *)
Corollary summation_f32 : forall t ts, Permutation (terms t) ts -> Forall (number (-149) 24) ts ->
  Rabs (computed (-149) 24 (fun z => negb (Z.even z)) t - sum ts)
    <= (count ts - 1) * bpow radix2 (-24) * magnitude ts.
Proof. intros. apply any_order; [easy|assumption|assumption]. Qed.
