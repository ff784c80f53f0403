(* transparent.v -- product_certificate.md, transparent-certificate: where a layer is an integer
   product times a power of two. The names are those of linear.v. *)
Require Import Reals ZArith Lia Lra List.
From Flocq Require Import Core.
From Kbit Require Import rounding summation linear.
Local Open Scope R_scope.

(* 127 x / a is an integer: no other code is a nearest one. *)
Theorem only_code : forall (z c : Z) p x a, x = IZR z * bpow radix2 p -> a = 127 * bpow radix2 p ->
  is_code a x c -> c = z.
Proof.
  intros z c p x a -> -> [[H _] | [_ H]].
  - assert (P := bpow_gt_0 radix2 p). lra.
  - replace (127 * (IZR z * bpow radix2 p) / (127 * bpow radix2 p)) with (IZR z) in H
      by (field; apply Rgt_not_eq, bpow_gt_0).
    rewrite <- minus_IZR, <- abs_IZR in H.
    assert (L : (Z.abs (z - c) < 1)%Z) by (apply lt_IZR; lra). lia.
Qed.

(* All columns' codes, outliers or not, in one integer. z k is x_k 2^-p. *)
Definition whole_product (z : column -> Z) (columns : list column) :=
  fold_right Z.add 0%Z (map (fun k => (z k * v k)%Z) columns).

Lemma total_of_codes : forall z c f columns,
  (forall k, In k columns -> f k = c * IZR (z k * v k)) ->
  total f columns = c * IZR (whole_product z columns).
Proof.
  intros z c f columns H. induction columns as [|k l IH].
  - unfold total, whole_product. simpl. ring.
  - change (f k + total f l = c * IZR (z k * v k + whole_product z l)).
    rewrite IH by (intros; apply H; now right). rewrite (H k) by now left.
    rewrite plus_IZR. ring.
Qed.

(* The exact value of the layer, as bitsandbytes composes it. *)
Theorem transparent_value : forall z p g a s inner outer,
  a = 127 * bpow radix2 p -> s = 127 * bpow radix2 g ->
  (forall k, In k inner -> q k = z k) -> (forall k, In k outer -> x k = IZR (z k) * bpow radix2 p) ->
  quantized a s inner + outliers_bnb s outer
    = bpow radix2 (p + g) * IZR (whole_product z inner + whole_product z outer).
Proof.
  intros z p g a s inner outer -> -> Hi Ho. rewrite bpow_plus, plus_IZR, Rmult_plus_distr_l.
  f_equal; apply total_of_codes; intros k Hk; rewrite mult_IZR; unfold X, W.
  - rewrite (Hi k Hk). field.
  - rewrite (Ho k Hk). field.
Qed.

(* A number of the output's format within an interval is between the roundings of its ends. *)
Theorem value_is_admissible : forall emin p (H : Prec_gt_0 p) choice lo y hi,
  number emin p y -> lo <= y <= hi -> nearest emin p choice lo <= y <= nearest emin p choice hi.
Proof.
  intros emin p H choice lo y hi Ny [L U].
  split; [apply round_le_generic|apply round_ge_generic]; auto with typeclass_instances.
Qed.
