"""The cache of what was used last."""

from api.storage.recent import Recent


def test_what_is_used_stays_and_the_rest_makes_room() -> None:
    cache: Recent[int, str] = Recent(20, len)
    cache.keep({0: "often"})
    for number in range(1, 100):
        cache.keep({number: "once"})
        assert cache.of([0]) == {0: "often"}
        assert sum(map(len, cache.of(range(100)).values())) <= 20
    assert cache.keep({100: "x" * 21}) == {100: "x" * 21}
    assert not cache.of([1, 100])
