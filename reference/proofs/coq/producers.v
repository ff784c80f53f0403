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
