(* freivalds.v -- product_certificate.md: what a random vector over Z/2^64 misses.

   A row of D = C - Q W^T holds integers below 2^32 in magnitude, and one of them, d, is not 0. Fix
   every component of the random vector but the one, r, that meets d. Then the row's residual is
   d r + b modulo 2^64, b being what the others contribute. At most 2^31 of the 2^64 values of r make
   it 0: a probability of 2^-33. *)
Require Import ZArith Znumtheory Zpow_facts Lia List.
Local Open Scope Z_scope.

(* The residual of a row in 64-bit arithmetic is 0. *)
Definition missed d b r := (d * r + b) mod 2 ^ 64 = 0.

(* Two values of r that are both missed differ by a multiple of 2^33. *)
Lemma missed_far_apart : forall d b r s, d <> 0 -> Z.abs d < 2 ^ 32 ->
  missed d b r -> missed d b s -> (2 ^ 33 | r - s).
Proof.
  intros d b r s Hd Hs Mr Ms.
  assert (D : (2 ^ 64 | d * (r - s))).
  { replace (d * (r - s)) with (d * r + b - (d * s + b)) by ring.
    apply Z.divide_sub_r; apply Z.mod_divide; try assumption; lia. }
  (* g, the greatest common divisor of d and 2^64, is 2^v with v <= 31. *)
  assert (G0 := Z.gcd_nonneg d (2 ^ 64)).
  destruct (Z.gcd_divide_l d (2 ^ 64)) as [d' Ed]. assert (G2 := Z.gcd_divide_r d (2 ^ 64)).
  destruct (Zdivide_power_2 _ 2 64 ltac:(lia) G0 prime_2 G2) as [v Ev].
  remember (Z.gcd d (2 ^ 64)) as g eqn:Eg.
  assert (Gp : 0 < g).
  { destruct (Z.eq_dec g 0) as [E | E]; [|lia]. exfalso. apply Hd. rewrite Ed, E. ring. }
  assert (V0 : 0 <= v) by (destruct (Z_lt_le_dec v 0); [rewrite Z.pow_neg_r in Ev|]; lia).
  assert (V31 : v <= 31).
  { destruct (Z_lt_le_dec 31 v) as [L | L]; [|exact L]. exfalso.
    assert (2 ^ 32 <= g) by (rewrite Ev; apply Z.pow_le_mono_r; lia).
    assert (1 <= Z.abs d') by lia. assert (Z.abs d = Z.abs d' * g) by (rewrite Ed at 1; rewrite Z.abs_mul; lia).
    nia. }
  (* d / g and 2^64 / g have no common divisor. *)
  assert (S : 2 ^ 64 = 2 ^ (64 - v) * g) by (rewrite Ev, <- Z.pow_add_r by lia; f_equal; lia).
  assert (C : Z.gcd (2 ^ (64 - v)) d' = 1).
  { assert (E : g = g * Z.gcd d' (2 ^ (64 - v))).
    { rewrite <- Z.gcd_mul_mono_l_nonneg by lia. rewrite (Z.mul_comm g d'), <- Ed.
      rewrite (Z.mul_comm g), <- S. exact Eg. }
    rewrite Z.gcd_comm. nia. }
  assert (D' : (2 ^ (64 - v) | d' * (r - s))).
  { apply (Z.mul_divide_cancel_r _ _ g); [lia|].
    rewrite <- S. replace (d' * (r - s) * g) with (d * (r - s)) by (rewrite Ed; ring). exact D. }
  apply Z.divide_trans with (2 ^ (64 - v)).
  - exists (2 ^ (31 - v)). rewrite <- Z.pow_add_r by lia. f_equal. lia.
  - now apply (Z.gauss _ d').
Qed.

Lemma distinct_blocks : forall (block : Z -> nat) l, NoDup l ->
  (forall r s, In r l -> In s l -> block r = block s -> r = s) -> NoDup (map block l).
Proof.
  intros block l U. induction U as [|r l Hr U IH]; intro I; simpl; constructor.
  - intro H. apply in_map_iff in H. destruct H as (s & E & Hs).
    assert (s = r) by (apply I; simpl; auto). now subst s.
  - apply IH. intros a b Ha Hb. apply I; now right.
Qed.

(* However they are listed, at most 2^31 of the 2^64 values are missed. *)
Theorem at_most_2_to_the_31 : forall d b missed_values, d <> 0 -> Z.abs d < 2 ^ 32 ->
  NoDup missed_values ->
  (forall r, In r missed_values -> 0 <= r < 2 ^ 64 /\ missed d b r) ->
  Z.of_nat (length missed_values) <= 2 ^ 31.
Proof.
  intros d b l Hd Hs U M.
  (* Numbers that differ by multiples of 2^33 lie in different blocks of 2^33; there are 2^31. *)
  assert (N : exists n, Z.of_nat n = 2 ^ 31)
    by (exists (Z.to_nat (2 ^ 31)); apply Z2Nat.id, Z.pow_nonneg, Z.le_0_2).
  destruct N as [n N]. rewrite <- N. apply inj_le.
  set (block := fun r => Z.to_nat (r / 2 ^ 33)).
  rewrite <- (map_length block). rewrite <- (seq_length n 0).
  apply NoDup_incl_length.
  - apply distinct_blocks; [exact U|]. intros r s Hr Hs' E.
    destruct (M r Hr) as [Rr Mr]. destruct (M s Hs') as [Rs Ms].
    destruct (missed_far_apart d b r s Hd Hs Mr Ms) as [q Q].
    apply Z2Nat.inj in E; try (apply Z.div_pos; lia).
    assert (A := Z.div_mod r (2 ^ 33) ltac:(lia)). assert (B := Z.div_mod s (2 ^ 33) ltac:(lia)).
    assert (A' := Z.mod_pos_bound r (2 ^ 33) ltac:(lia)).
    assert (B' := Z.mod_pos_bound s (2 ^ 33) ltac:(lia)). lia.
  - intros k Hk. apply in_map_iff in Hk. destruct Hk as (r & <- & Hr).
    destruct (M r Hr) as [Rr _]. apply in_seq. unfold block.
    assert (D : 0 <= r / 2 ^ 33) by (apply Z.div_pos; lia).
    assert (D' : r / 2 ^ 33 < Z.of_nat n) by (rewrite N; apply Z.div_lt_upper_bound; lia).
    split; [apply Nat.le_0_l|]. rewrite Nat.add_0_l. apply Nat2Z.inj_lt.
    now rewrite Z2Nat.id.
Qed.
