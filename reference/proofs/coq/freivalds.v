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

(* ---- whole vectors ----------------------------------------------------------------------------- *)
(* A vector is the components before r, r, and those after it: each a number of 64 bits. *)
Definition word x := 0 <= x < 2 ^ 64.
Definition vector := (list Z * Z * list Z)%type.

Fixpoint dot (d r : list Z) :=
  match d, r with x :: d, y :: r => x * y + dot d r | _, _ => 0 end.

Section Row.
Variables before after : list Z. (* the row of D, but for d *)
Variable d : Z.
Hypothesis d_wrong : d <> 0.
Hypothesis d_small : Z.abs d < 2 ^ 32.

Definition is_vector (v : vector) := let '(rb, r, ra) := v in
  length rb = length before /\ length ra = length after
  /\ Forall word rb /\ word r /\ Forall word ra.
Definition row_missed (v : vector) := let '(rb, r, ra) := v in
  (dot before rb + d * r + dot after ra) mod 2 ^ 64 = 0.

(* How many other components there are: 2^(64 N - 64) choices of them. *)
Definition others := Z.of_nat (length before + length after).

(* The other components as one number. *)
Fixpoint code (l : list Z) := match l with nil => 0 | x :: l => x + 2 ^ 64 * code l end.

Lemma code_range : forall l, Forall word l -> 0 <= code l < 2 ^ (64 * Z.of_nat (length l)).
Proof.
  induction 1 as [|x l [X1 X2] _ IH]; [simpl; lia|].
  change (length (x :: l)) with (S (length l)). rewrite Nat2Z.inj_succ.
  replace (64 * Z.succ (Z.of_nat (length l))) with (64 + 64 * Z.of_nat (length l)) by ring.
  rewrite Z.pow_add_r by lia. change (code (x :: l)) with (x + 2 ^ 64 * code l).
  set (B := 2 ^ 64) in *. set (M := 2 ^ (64 * Z.of_nat (length l))) in *.
  assert (H : B * code l <= B * (M - 1)) by (apply Z.mul_le_mono_nonneg_l; lia).
  assert (H0 : 0 <= B * code l) by (apply Z.mul_nonneg_nonneg; lia). lia.
Qed.

Lemma code_injective : forall l k, length l = length k -> Forall word l -> Forall word k ->
  code l = code k -> l = k.
Proof.
  induction l as [|x l IH]; intros [|y k] L Wl Wk E; try reflexivity; try discriminate.
  inversion Wl as [|? ? [X1 X2] Wl']; subst. inversion Wk as [|? ? [Y1 Y2] Wk']; subst.
  change (x + 2 ^ 64 * code l = y + 2 ^ 64 * code k) in E.
  set (B := 2 ^ 64) in *. assert (BP : 0 < B) by (apply Z.pow_pos_nonneg; lia).
  assert (Q : code l = code k).
  { assert (A1 := Z.div_unique (x + B * code l) B (code l) x ltac:(left; lia) ltac:(ring)).
    assert (A2 := Z.div_unique (x + B * code l) B (code k) y ltac:(left; lia) ltac:(rewrite E; ring)). congruence. }
  rewrite Q in E. injection L as L. f_equal; [lia|]. now apply IH.
Qed.

(* Which of 2^31 blocks r lies in, and what the others are: no two missed vectors agree in both. *)
Definition key (v : vector) := let '(rb, r, ra) := v in code (rb ++ ra) * 2 ^ 31 + r / 2 ^ 33.

Lemma block_range : forall r, word r -> 0 <= r / 2 ^ 33 < 2 ^ 31.
Proof.
  intros r [R1 R2]. split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; [lia|].
  rewrite <- Z.pow_add_r by lia. exact R2.
Qed.

Lemma key_range : forall v, is_vector v -> 0 <= key v < 2 ^ (64 * others + 31).
Proof.
  intros [[rb r] ra] (Lb & La & Wb & Wr & Wa). assert (B := block_range r Wr).
  assert (C := code_range (rb ++ ra) (proj2 (Forall_app _ _ _) (conj Wb Wa))).
  rewrite app_length, Lb, La in C. fold others in C. unfold key.
  assert (O : 0 <= others) by apply Nat2Z.is_nonneg. rewrite Z.pow_add_r by lia.
  set (M := 2 ^ (64 * others)) in *. set (b := r / 2 ^ 33) in *. change (2 ^ 31) with 2147483648 in *. nia.
Qed.

Lemma key_injective : forall v w, is_vector v -> is_vector w -> row_missed v -> row_missed w ->
  key v = key w -> v = w.
Proof.
  intros [[vb r] va] [[wb s] wa] (Lb & La & Wb & Wr & Wa) (Kb & Ka & Xb & Xr & Xa) Mv Mw E.
  assert (B := block_range r Wr). assert (C := block_range s Xr). unfold key in E.
  assert (Q : code (vb ++ va) = code (wb ++ wa)).
  { set (b := r / 2 ^ 33) in *. set (c := s / 2 ^ 33) in *. change (2 ^ 31) with 2147483648 in *. lia. }
  assert (Eq : vb ++ va = wb ++ wa).
  { apply code_injective; [rewrite !app_length; lia|now apply Forall_app|now apply Forall_app|exact Q]. }
  assert (EB : r / 2 ^ 33 = s / 2 ^ 33) by (rewrite Q in E; lia).
  assert (P : vb = wb /\ va = wa).
  { assert (F1 := f_equal (firstn (length vb)) Eq). assert (F2 := f_equal (skipn (length vb)) Eq).
    rewrite firstn_app, Nat.sub_diag, firstn_all, firstn_O, app_nil_r in F1.
    rewrite skipn_app, Nat.sub_diag, skipn_all, skipn_O in F2.
    replace (length vb) with (length wb) in F1, F2 by lia.
    rewrite firstn_app, Nat.sub_diag, firstn_all, firstn_O, app_nil_r in F1.
    rewrite skipn_app, Nat.sub_diag, skipn_all, skipn_O in F2. now split. }
  destruct P as [-> ->].
  unfold row_missed in Mv, Mw.
  destruct (missed_far_apart d (dot before wb + dot after wa) r s d_wrong d_small) as [q Hq].
  - unfold missed. replace (d * r + (dot before wb + dot after wa))
      with (dot before wb + d * r + dot after wa) by ring. exact Mv.
  - unfold missed. replace (d * s + (dot before wb + dot after wa))
      with (dot before wb + d * s + dot after wa) by ring. exact Mw.
  - destruct Wr as [R1 R2]. destruct Xr as [S1 S2].
    assert (A := Z.div_mod r (2 ^ 33) ltac:(lia)). assert (A2 := Z.div_mod s (2 ^ 33) ltac:(lia)).
    assert (A' := Z.mod_pos_bound r (2 ^ 33) ltac:(lia)).
    assert (B' := Z.mod_pos_bound s (2 ^ 33) ltac:(lia)).
    assert (r = s) by lia. now subst s.
Qed.

Lemma count_by_key : forall (A : Type) (k : A -> Z) bound l, NoDup l -> 0 <= bound ->
  (forall x, In x l -> 0 <= k x < bound) ->
  (forall x y, In x l -> In y l -> k x = k y -> x = y) -> Z.of_nat (length l) <= bound.
Proof.
  intros A k bound l U Hb R I.
  assert (N : exists n, Z.of_nat n = bound) by (exists (Z.to_nat bound); now apply Z2Nat.id).
  destruct N as [n N]. rewrite <- N. apply inj_le.
  set (f := fun x => Z.to_nat (k x)). rewrite <- (map_length f). rewrite <- (seq_length n 0).
  apply NoDup_incl_length.
  - assert (J : forall x y, In x l -> In y l -> f x = f y -> x = y).
    { intros x y Hx Hy E. destruct (R x Hx) as [Px _]. destruct (R y Hy) as [Py _].
      apply I; auto. unfold f in E. now apply Z2Nat.inj in E. }
    clear - U J. induction U as [|x l Hx U IH]; simpl; constructor.
    + intro H. apply in_map_iff in H. destruct H as (y & E & Hy).
      assert (y = x) by (apply J; simpl; auto). now subst y.
    + apply IH. intros a b Ha Hb. apply J; now right.
  - intros m Hm. apply in_map_iff in Hm. destruct Hm as (x & <- & Hx). destruct (R x Hx) as [P Q].
    apply in_seq. split; [apply Nat.le_0_l|]. rewrite Nat.add_0_l. apply Nat2Z.inj_lt.
    unfold f. now rewrite Z2Nat.id, N.
Qed.

(* product_certificate.md, Theorem: at most 2^-33 of the 2^(64 N) vectors, *)
Theorem one_vector : forall missed_vectors, NoDup missed_vectors ->
  (forall v, In v missed_vectors -> is_vector v /\ row_missed v) ->
  Z.of_nat (length missed_vectors) <= 2 ^ (64 * (others + 1) - 33).
Proof.
  intros l U M. replace (64 * (others + 1) - 33) with (64 * others + 31) by ring.
  assert (O : 0 <= others) by apply Nat2Z.is_nonneg.
  apply (count_by_key vector key); [exact U|apply Z.pow_nonneg; lia| |].
  - intros v Hv. apply key_range. now apply M.
  - intros v w Hv Hw. destruct (M v Hv). destruct (M w Hw). now apply key_injective.
Qed.

(* and at most 2^-66 of the pairs of vectors. *)
Theorem two_vectors : forall missed_pairs, NoDup missed_pairs ->
  (forall v w, In (v, w) missed_pairs ->
     (is_vector v /\ row_missed v) /\ (is_vector w /\ row_missed w)) ->
  Z.of_nat (length missed_pairs) <= 2 ^ (2 * 64 * (others + 1) - 66).
Proof.
  intros l U M. assert (O : 0 <= others) by apply Nat2Z.is_nonneg.
  set (B := 2 ^ (64 * others + 31)). assert (BP : 0 < B) by (apply Z.pow_pos_nonneg; lia).
  replace (2 ^ (2 * 64 * (others + 1) - 66)) with (B * B)
    by (unfold B; rewrite <- Z.pow_add_r by lia; f_equal; ring).
  apply (count_by_key (vector * vector) (fun p => key (fst p) + B * key (snd p)));
    [exact U|apply Z.mul_nonneg_nonneg; lia| |].
  - intros [v w] H. destruct (M v w H) as [[V _] [W _]]. simpl.
    assert (Kv := key_range v V). assert (Kw := key_range w W). fold B in Kv, Kw. nia.
  - intros [v w] [v' w'] H H' E. simpl in E.
    destruct (M v w H) as [[V MV] [W MW]]. destruct (M v' w' H') as [[V' MV'] [W' MW']].
    assert (Kv := key_range v V). assert (Kv' := key_range v' V'). fold B in Kv, Kv'.
    assert (Q : key w = key w').
    { assert (A1 := Z.div_unique (key v + B * key w) B (key w) (key v) ltac:(left; lia) ltac:(ring)).
      assert (A2 := Z.div_unique (key v + B * key w) B (key w') (key v') ltac:(left; lia)
                      ltac:(rewrite E; ring)). congruence. }
    rewrite Q in E. f_equal; apply key_injective; auto. lia.
Qed.
End Row.
