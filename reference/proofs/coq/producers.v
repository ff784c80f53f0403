(* producers.v -- producers.md: what its lemmas use beside the sums of growth.v.

   Rounding is monotone, so an interval's ends give what a rounded member of it may be; the sum of
   squares about a mean that is not quite the mean; how far a running mean is from the mean. *)
Require Import Reals ZArith Lia Lra Psatz List.
From Flocq Require Import Core.
From Kbit Require Import rounding summation.
Local Open Scope R_scope.

Section Rounding.
Variables emin p : Z.
Context {p_positive : Prec_gt_0 p}.
Variable choice : Z -> bool.
Let RN := nearest emin p choice.

(* "Intervals": t in [a, b] is rounded. *)
Theorem rounding_keeps_order : forall a t b, a <= t <= b -> RN a <= RN t <= RN b.
Proof.
  intros a t b H. unfold RN, nearest.
  split; apply round_le; try apply FLT_exp_valid; auto with typeclass_instances; apply H.
Qed.

(* The same where it may be rounded or not. *)
Theorem rounded_or_not : forall a t b s, a <= t <= b -> s = t \/ s = RN t ->
  Rmin a (RN a) <= s <= Rmax b (RN b).
Proof.
  intros a t b s H [E | E]; subst s; destruct (rounding_keeps_order a t b H) as [L U].
  - split; [eapply Rle_trans; [apply Rmin_l|] | eapply Rle_trans; [|apply Rmax_l]]; apply H.
  - split; [eapply Rle_trans; [apply Rmin_r|exact L] | eapply Rle_trans; [exact U|apply Rmax_r]].
Qed.
End Rounding.

(* Lemma 3: Q and R are about c. *)
Definition square x := x * x.
Definition about c := map (fun x => x - c).

Theorem squares_about_another_mean : forall xs m c,
  sum (map square (about m xs)) =
  sum (map square (about c xs)) - 2 * (m - c) * sum (about c xs) + count xs * square (m - c).
Proof.
  intros xs m c. unfold about, square, count.
  induction xs as [|x xs IH].
  - simpl. ring.
  - change (length (x :: xs)) with (S (length xs)). rewrite S_INR. simpl map. simpl sum.
    rewrite IH. ring.
Qed.

(* What m may be is within w of c. *)
Theorem squares_near : forall xs m c w, Rabs (m - c) <= w ->
  let Q := sum (map square (about c xs)) in
  let R := Rabs (sum (about c xs)) in
  Q - 2 * w * R <= sum (map square (about m xs)) <= Q + 2 * w * R + count xs * square w.
Proof.
  intros xs m c w Hw Q R. unfold Q, R. rewrite (squares_about_another_mean xs m c).
  set (q := sum (map square (about c xs))). set (s := sum (about c xs)).
  assert (W : 0 <= Rabs (m - c)) by apply Rabs_pos.
  assert (P : Rabs ((m - c) * s) <= w * Rabs s).
  { rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | exact Hw]. }
  destruct (Rabs_le_inv _ _ P) as [L U].
  assert (N : 0 <= count xs) by apply pos_INR.
  assert (S0 : 0 <= square (m - c)) by apply Rle_0_sqr.
  assert (S1 : square (m - c) <= square w).
  { apply Rsqr_le_abs_1. rewrite (Rabs_pos_eq w); lra. }
  split.
  - assert (0 <= count xs * square (m - c)) by now apply Rmult_le_pos. lra.
  - assert (count xs * square (m - c) <= count xs * square w) by now apply Rmult_le_compat_l. lra.
Qed.

(* A difference with a factor 1 + a, squared, and the square with a factor 1 + b. *)
Theorem square_error : forall u d a b, Rabs a <= u -> Rabs b <= u ->
  Rabs (square (d * (1 + a)) * (1 + b) - square d) <= ((1 + u) ^ 3 - 1) * square d.
Proof.
  intros u d a b Ha Hb. unfold square.
  replace (d * (1 + a) * (d * (1 + a)) * (1 + b) - d * d)
    with ((d * d) * (2 * a + a * a + b + 2 * a * b + a * a * b)) by ring.
  assert (D : 0 <= d * d) by apply Rle_0_sqr.
  rewrite Rabs_mult, (Rabs_pos_eq (d * d)) by exact D.
  rewrite (Rmult_comm _ (d * d)). apply Rmult_le_compat_l; [exact D|].
  assert (product : forall x y X Y, Rabs x <= X -> Rabs y <= Y -> Rabs (x * y) <= X * Y).
  { intros. rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. }
  destruct (Rabs_le_inv _ _ Ha) as [A1 A2]. destruct (Rabs_le_inv _ _ Hb) as [B1 B2].
  destruct (Rabs_le_inv _ _ (product a a u u Ha Ha)) as [C1 C2].
  destruct (Rabs_le_inv _ _ (product a b u u Ha Hb)) as [E1 E2].
  destruct (Rabs_le_inv _ _ (product (a * a) b (u * u) u (product a a u u Ha Ha) Hb)) as [F1 F2].
  apply Rabs_le. replace ((1 + u) ^ 3 - 1) with (3 * u + 3 * (u * u) + u * u * u) by ring.
  split; lra.
Qed.

(* Lemma 4: e n bounds the error after n elements, in units of u X'. *)
Theorem running_mean : forall a (e : nat -> R),
  (forall n, (1 <= n)%nat -> INR n * e n <= (INR n - 1) * e (n - 1)%nat + (a + INR n)) ->
  forall n, (1 <= n)%nat -> INR n * e n <= a * INR n + INR n * (INR n + 1) / 2.
Proof.
  intros a e step n Hn.
  induction n as [|n IH]; [lia|].
  assert (H := step (S n) ltac:(lia)).
  replace (S n - 1)%nat with n in H by lia.
  rewrite S_INR in *.
  destruct n as [|n].
  - simpl in *. lra.
  - assert (G := IH ltac:(lia)). rewrite S_INR in *. lra.
Qed.
