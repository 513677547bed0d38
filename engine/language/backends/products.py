"""Which comparisons a database or a page may leave to its own arithmetic although a product in it can be too long.

Whole numbers of so many digits are exact there; what passes them goes over to floating point and stays beyond all of
them. So one product that is compared with short numbers compares right, exact or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.operations import Op
from engine.language.tree import Node, Operation
from engine.language.types import NumberType, Type

_FLOATING_DIGITS = 300
"""Beyond, floating point could end in infinity, and infinity times zero in no number."""


@dataclass(frozen=True, slots=True)
class Exactness:
    """Up to how many digits whole numbers are exact, and below what all of them and a few sums of them stay."""

    digits: int
    room: int

    def is_wide(self, kind: Type) -> bool:
        """Tell whether numbers of the type can pass these digits."""
        return isinstance(kind, NumberType) and kind.digits > self.digits

    def lies_beyond(self, left: Node, right: Node) -> bool:
        """Tell whether the left side is one product and numbers so short that these and the right never reach it."""
        if not isinstance(left.type, NumberType) or left.type.digits > _FLOATING_DIGITS or self.is_wide(right.type):
            return False
        terms = left.arguments if isinstance(left, Operation) and left.op is Op.ADD else (left,)
        products = [term for term in terms if self.is_wide(term.type)]
        if len(products) != 1 or not self._is_product(products[0], alone=len(terms) == 1):
            return False
        return sum(int(10 ** self._digits(node)) for node in (*terms, right) if node is not products[0]) <= self.room

    def _is_product(self, node: Node, *, alone: bool) -> bool:
        """Tell whether the node is a product of short numbers.

        Of three factors the last may be zero: what was beyond is a floating zero then, to which nothing may be added.
        """
        match node:
            case Operation(Op.NEGATE | Op.RESCALE, (inner,)):
                return self._is_product(inner, alone=alone)
            case Operation(Op.MULTIPLY, arguments):
                return all(
                    not self.is_wide(part.type) or (alone and self._is_product(part, alone=True)) for part in arguments
                )
            case _:
                return not self.is_wide(node.type)

    def _digits(self, node: Node) -> int:
        return node.type.digits if isinstance(node.type, NumberType) else self.digits
