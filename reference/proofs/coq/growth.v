(* growth.v -- accumulate.md, "The form that the judges use": a sum whose every operation has a
   relative error, whatever it is.

   An addition of a and b returns some o with |o - (a + b)| <= v |a + b|: v = 2^-24 for fp32 rounded to
   nearest, 2^-23 where either neighbour may come out ("faithful", in any direction each time). A
   term t arrives as some number within e |t| of t: e is 0 for an exact product and gathers the
   roundings of a term that is formed with some. Each term has its own e. *)
Require Import Reals Lia Lra Psatz List.
From Flocq Require Import Core Relative Plus_error.
From Kbit Require Import rounding summation.
Local Open Scope R_scope.

Inductive additions := Term (t e : R) | Add (left right : additions).

(* The terms, each with its own error. *)
Fixpoint parts t : list (R * R) :=
  match t with Term t e => (t, e) :: nil | Add l r => parts l ++ parts r end.

(* The most additions that lie between a term and the result. *)
Fixpoint depth t :=
  match t with Term _ _ => 0%nat | Add l r => S (Nat.max (depth l) (depth r)) end.

Definition exact_sum (ps : list (R * R)) := sum (map fst ps).

Section Growth.
Variable v : R.
Hypothesis v_positive : 0 <= v.

(* What may come out of a tree of additions. *)
Inductive returns : additions -> R -> Prop :=
| a_term : forall t e o, 0 <= e -> Rabs (o - t) <= e * Rabs t -> returns (Term t e) o
| a_sum : forall l r a b o, returns l a -> returns r b ->
    Rabs (o - (a + b)) <= v * Rabs (a + b) -> returns (Add l r) o.

(* Sum of |t| ((1 + e) (1 + v)^m - 1). *)
Definition share m (p : R * R) := Rabs (fst p) * ((1 + snd p) * (1 + v) ^ m - 1).
Definition radius m ps := sum (map (share m) ps).

Lemma errors_positive : forall t o, returns t o -> Forall (fun p => 0 <= snd p) (parts t).
Proof.
  intros t o H. induction H; simpl.
  - constructor; [assumption|constructor].
  - apply Forall_app. now split.
Qed.

Lemma radius_app : forall m a b, radius m (a ++ b) = radius m a + radius m b.
Proof. intros. unfold radius. now rewrite map_app, sum_app. Qed.

Lemma radius_monotone : forall m n ps, (m <= n)%nat -> Forall (fun p => 0 <= snd p) ps ->
  radius m ps <= radius n ps.
Proof.
  intros m n ps H F. unfold radius. induction F as [|p ps Hp F IH]; simpl; [lra|].
  apply Rplus_le_compat; [|exact IH]. unfold share. apply Rmult_le_compat_l; [apply Rabs_pos|].
  apply Rplus_le_compat_r, Rmult_le_compat_l; [lra|]. apply Rle_pow; [lra|exact H].
Qed.

(* One addition more: what it loses of x, |x - E| <= radius m, takes the radius to m + 1. *)
Lemma one_addition : forall m ps x o,
  Rabs (x - exact_sum ps) <= radius m ps -> Rabs (o - x) <= v * Rabs x ->
  Rabs (o - exact_sum ps) <= radius (S m) ps.
Proof.
  intros m ps x o Hx Ho.
  assert (B : Rabs (exact_sum ps) + radius m ps
              <= sum (map (fun p => Rabs (fst p) * ((1 + snd p) * (1 + v) ^ m)) ps)).
  { clear Hx Ho. unfold exact_sum, radius. induction ps as [|p ps IH]; simpl.
    - rewrite Rabs_R0. lra.
    - assert (T := Rabs_triang (fst p) (sum (map fst ps))). unfold share at 1. lra. }
  assert (N : radius (S m) ps
              = radius m ps + v * sum (map (fun p => Rabs (fst p) * ((1 + snd p) * (1 + v) ^ m)) ps)).
  { clear Hx Ho B. unfold radius. induction ps as [|p ps IH]; simpl; [ring|].
    rewrite IH. unfold share. simpl. ring. }
  assert (X : Rabs x <= Rabs (exact_sum ps) + radius m ps).
  { replace x with (exact_sum ps + (x - exact_sum ps)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra. }
  replace (o - exact_sum ps) with ((o - x) + (x - exact_sum ps)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite N.
  assert (v * Rabs x <= v * sum (map (fun p => Rabs (fst p) * ((1 + snd p) * (1 + v) ^ m)) ps))
    by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

Theorem by_depth : forall t o, returns t o ->
  Rabs (o - exact_sum (parts t)) <= radius (depth t) (parts t).
Proof.
  intros t o H. induction H as [t e o He H | l r a b o Hl IHl Hr IHr H].
  - unfold exact_sum, radius, share. simpl. rewrite !Rplus_0_r, Rmult_1_r.
    replace (1 + e - 1) with e by ring. now rewrite Rmult_comm.
  - simpl depth. simpl parts. apply one_addition with (a + b); [|exact H].
    assert (Gl := radius_monotone _ _ _ (Nat.le_max_l (depth l) (depth r)) (errors_positive l a Hl)).
    assert (Gr := radius_monotone _ _ _ (Nat.le_max_r (depth l) (depth r)) (errors_positive r b Hr)).
    rewrite radius_app. unfold exact_sum in *. rewrite map_app, sum_app.
    replace (a + b - (sum (map fst (parts l)) + sum (map fst (parts r))))
      with ((a - sum (map fst (parts l))) + (b - sum (map fst (parts r)))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma depth_below_count : forall t, (S (depth t) <= length (parts t))%nat.
Proof.
  induction t as [t e | l IHl r IHr]; simpl; [auto with arith|].
  rewrite app_length. lia.
Qed.

(* n terms, in any order: at most n - 1 additions follow one another. *)
Corollary by_count : forall t o, returns t o ->
  Rabs (o - exact_sum (parts t)) <= radius (length (parts t) - 1) (parts t).
Proof.
  intros t o H. eapply Rle_trans; [apply by_depth, H|].
  apply radius_monotone; [|now apply errors_positive with o].
  assert (D := depth_below_count t). lia.
Qed.
End Growth.

(* A multiplication: a relative error d of x and w of the product become (1 + d) (1 + w) - 1. *)
Lemma scaled : forall d w c E S x o, 0 <= d -> 0 <= w -> Rabs E <= S ->
  Rabs (x - E) <= d * S -> Rabs (o - c * x) <= w * Rabs (c * x) ->
  Rabs (o - c * E) <= ((1 + d) * (1 + w) - 1) * (Rabs c * S).
Proof.
  intros d w c E S x o Hd Hw HE Hx Ho.
  assert (X : Rabs x <= (1 + d) * S).
  { replace x with (E + (x - E)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  assert (C := Rabs_pos c). rewrite Rabs_mult in Ho.
  assert (Rabs c * Rabs x <= Rabs c * ((1 + d) * S)) by (apply Rmult_le_compat_l; assumption).
  assert (Rabs c * Rabs (x - E) <= Rabs c * (d * S)) by (apply Rmult_le_compat_l; assumption).
  assert (w * (Rabs c * Rabs x) <= w * (Rabs c * ((1 + d) * S))) by (apply Rmult_le_compat_l; assumption).
  replace (o - c * E) with ((o - c * x) + c * (x - E)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_mult c (x - E)). lra.
Qed.

(* fp32 is such an arithmetic. To nearest, v = u (rounding.v has the slightly smaller u / (1 + u)): *)
Theorem to_nearest : forall emin p (H : Prec_gt_0 p) choice x y,
  number emin p x -> number emin p y ->
  Rabs (nearest emin p choice (x + y) - (x + y)) <= unit_roundoff p * Rabs (x + y).
Proof.
  intros emin p H choice x y Hx Hy. eapply Rle_trans; [now apply nearest_sum|].
  apply Rmult_le_compat_r; [apply Rabs_pos|]. apply rounded_range, u_positive.
Qed.

(* and in any direction, chosen anew each time, v = 2 u. A subnormal sum is exact. *)
Theorem to_either_side : forall emin p (H : Prec_gt_0 p) rnd (V : Valid_rnd rnd) x y,
  number emin p x -> number emin p y ->
  Rabs (round radix2 (FLT_exp emin p) rnd (x + y) - (x + y)) <= 2 * unit_roundoff p * Rabs (x + y).
Proof.
  intros emin p H rnd V x y Hx Hy.
  assert (P := u_positive p). assert (A := Rabs_pos (x + y)).
  destruct (Rle_or_lt (bpow radix2 (emin + p - 1)) (Rabs (x + y))) as [N | S].
  - replace (2 * unit_roundoff p) with (bpow radix2 (- p + 1))
      by (unfold unit_roundoff; rewrite bpow_plus; simpl; lra).
    apply Rlt_le. now apply relative_error_FLT.
  - rewrite round_generic; [|exact V|].
    + rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. nra.
    + apply FLT_format_plus_small; try assumption.
      eapply Rle_trans; [apply Rlt_le, S|]. apply bpow_le. lia.
Qed.
