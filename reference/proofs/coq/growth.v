(* growth.v -- accumulate.md, "The form that the judges use": a sum whose every operation has a
   relative error, whatever it is.

   An addition returns some o with |o - (a + b)| <= v |a + b|: v = 2^-24 for fp32 rounded to nearest,
   2^-23 where either neighbour may come out ("faithful": v = 2 u). Underflow does no harm to either,
   since a subnormal sum of fp32 numbers is exact. A term arrives as some number within e |t| of t: e
   is 0 for an exact product and gathers the roundings of a term that is formed with some. *)
Require Import Reals Lia Lra Psatz List.
Import ListNotations.
From Flocq Require Import Core.
From Kbit Require Import rounding summation.
Local Open Scope R_scope.

Section Growth.
Variables v e : R.
Hypothesis v_positive : 0 <= v.
Hypothesis e_positive : 0 <= e.

(* What may come out of a tree of additions. *)
Inductive returns : tree -> R -> Prop :=
| a_term : forall t o, Rabs (o - t) <= e * Rabs t -> returns (Term t) o
| a_sum : forall l r a b o, returns l a -> returns r b ->
    Rabs (o - (a + b)) <= v * Rabs (a + b) -> returns (Add l r) o.

Fixpoint depth t :=
  match t with Term _ => 0%nat | Add l r => S (Nat.max (depth l) (depth r)) end.

Definition growth m := (1 + e) * (1 + v) ^ m - 1.

Lemma power_monotone : forall m n, (m <= n)%nat -> (1 + v) ^ m <= (1 + v) ^ n.
Proof. intros. apply Rle_pow; [lra|assumption]. Qed.

Lemma growth_monotone : forall m n, (m <= n)%nat -> growth m <= growth n.
Proof.
  intros m n H. unfold growth. assert (P := power_monotone m n H).
  apply Rplus_le_compat_r, Rmult_le_compat_l; lra.
Qed.

Lemma growth_positive : forall m, 0 <= growth m.
Proof. intro m. unfold growth. assert (P : 1 <= (1 + v) ^ m) by (apply pow_R1_Rle; lra). nra. Qed.

(* One addition: errors within d1 S1 and d2 S2 of the exact parts become ((1 + d)(1 + v) - 1) S. *)
Lemma one_more : forall d E S x o, 0 <= d -> Rabs E <= S ->
  Rabs (x - E) <= d * S -> Rabs (o - x) <= v * Rabs x ->
  Rabs (o - E) <= ((1 + d) * (1 + v) - 1) * S.
Proof.
  intros d E S x o Hd HE Hx Ho.
  assert (Hx2 : Rabs x <= (1 + d) * S).
  { replace x with (E + (x - E)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  replace (o - E) with ((o - x) + (x - E)) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (v * Rabs x <= v * ((1 + d) * S)) by (apply Rmult_le_compat_l; assumption). lra.
Qed.

(* m counts the additions on the longest way from a term to the result. *)
Theorem by_depth : forall t o, returns t o ->
  Rabs (o - sum (terms t)) <= growth (depth t) * magnitude (terms t).
Proof.
  intros t o H. induction H as [t o H | l r a b o Hl IHl Hr IHr H].
  - unfold growth, magnitude. simpl. rewrite !Rplus_0_r, Rmult_1_r.
    replace (1 + e - 1) with e by ring. exact H.
  - simpl depth. simpl terms. rewrite sum_app, magnitude_app.
    set (m := Nat.max (depth l) (depth r)).
    replace (growth (S m)) with ((1 + growth m) * (1 + v) - 1) by (unfold growth; simpl; ring).
    apply one_more with (x := a + b).
    + apply growth_positive.
    + rewrite <- sum_app, <- magnitude_app. apply sum_le_magnitude.
    + assert (Gl := growth_monotone (depth l) m (Nat.le_max_l _ _)).
      assert (Gr := growth_monotone (depth r) m (Nat.le_max_r _ _)).
      assert (Pl := magnitude_positive (terms l)). assert (Pr := magnitude_positive (terms r)).
      replace (a + b - (sum (terms l) + sum (terms r)))
        with ((a - sum (terms l)) + (b - sum (terms r))) by ring.
      eapply Rle_trans; [apply Rabs_triang|].
      rewrite Rmult_plus_distr_l.
      apply Rplus_le_compat; (eapply Rle_trans; [eassumption|]); now apply Rmult_le_compat_r.
    + exact H.
Qed.

Lemma depth_below_count : forall t, (S (depth t) <= length (terms t))%nat.
Proof.
  induction t as [t | l IHl r IHr]; simpl.
  - auto with arith.
  - rewrite app_length. assert (H : (Nat.max (depth l) (depth r) <= depth l + depth r)%nat)
      by (apply Nat.max_lub; auto with arith).
    lia.
Qed.

(* n terms in any order: at most n - 1 additions follow one another. *)
Corollary by_count : forall t o, returns t o ->
  Rabs (o - sum (terms t)) <= growth (length (terms t) - 1) * magnitude (terms t).
Proof.
  intros t o H. eapply Rle_trans; [apply by_depth, H|].
  apply Rmult_le_compat_r; [apply magnitude_positive|].
  apply growth_monotone. assert (D := depth_below_count t). lia.
Qed.
End Growth.

(* A scaling of the sum, by a rounded constant or not, is one more such factor. *)
Lemma scaled : forall d w c E S x o, 0 <= d -> 0 <= w -> Rabs E <= S ->
  Rabs (x - E) <= d * S -> Rabs (o - c * x) <= w * Rabs (c * x) ->
  Rabs (o - c * E) <= ((1 + d) * (1 + w) - 1) * (Rabs c * S).
Proof.
  intros d w c E S x o Hd Hw HE Hx Ho.
  apply one_more with (x := c * x); try assumption.
  - rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|exact HE].
  - replace (c * x - c * E) with (c * (x - E)) by ring. rewrite Rabs_mult.
    replace (d * (Rabs c * S)) with (Rabs c * (d * S)) by ring.
    apply Rmult_le_compat_l; [apply Rabs_pos|exact Hx].
Qed.

(* fp32 to nearest is such an arithmetic, with v = u / (1 + u) <= u, once its terms are numbers. *)
Lemma nearest_returns : forall emin p (H : Prec_gt_0 p) choice t,
  Forall (number emin p) (terms t) ->
  returns (rounded (unit_roundoff p)) 0 t (computed emin p choice t).
Proof.
  intros emin p H choice t. induction t as [t | l IHl r IHr]; intro F; simpl.
  - apply a_term. rewrite Rminus_diag_eq by reflexivity. rewrite Rabs_R0. lra.
  - apply Forall_app in F. destruct F as [Fl Fr].
    apply a_sum with (computed emin p choice l) (computed emin p choice r); auto.
    apply nearest_sum; try assumption; now apply computed_is_number.
Qed.
