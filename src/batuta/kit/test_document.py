from __future__ import annotations

from functools import cached_property

from batuta.kit.document import Document


class Names(Document):
    names: tuple[str, ...]

    @cached_property
    def by_length(self) -> dict[int, str]:
        return {len(name): name for name in self.names}


def test_a_copy_with_other_fields_forgets_what_was_computed_from_the_former_ones() -> None:
    former = Names(names=("Ann",))
    assert former.by_length == {3: "Ann"}
    changed = former.model_copy(update={"names": ("Beth",)})
    assert changed.by_length == {4: "Beth"}
    assert former.by_length == {3: "Ann"}
