"""Posts, addressees and routing indicators: who sends a cable, who gets it, and by which road."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cablefix.cable.entries import OPEN_YEAR, Addressee, Post, Territory, upper_name, values, year
from cablefix.cable.tables import TableSet

__all__ = ["PostTables"]

_CHIEF_SITS_AT = frozenset({"embassy", "legation", "mission", "office"})
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            "department",
            "embassy",
            "mission",
            "legation",
            "office",
            "delegation",
            "consulate-general",
            "consulate",
            "branch-office",
            "agency",
        )
    )
}


class PostTables(TableSet):
    """The tables of posts, territories, addressees and routing indicators."""

    @cached_property
    def _posts(self) -> Mapping[str, tuple[Post, ...]]:
        found: dict[str, tuple[Post, ...]] = {}
        for name, place, territory, kind, first, last, others in self.rows("posts"):
            alternates = values(others)
            post = Post(name, place, territory, kind, year(first, 0), year(last, OPEN_YEAR), alternates)
            for key in map(upper_name, (name, *alternates)):
                found[key] = (*found.get(key, ()), post)
        lowest = len(_RANK)
        for key, posts in found.items():
            if len(posts) > 1:
                found[key] = tuple(sorted(posts, key=lambda post: (_RANK.get(post.kind, lowest), post.name != key)))
        return found

    @cached_property
    def _closed_up(self) -> Mapping[str, str]:
        return {name.replace(" ", ""): name for name in self._posts if " " in name}

    @cached_property
    def posts(self) -> frozenset[str]:
        """Names of posts in capitals as telegrams print them, other names included."""
        return frozenset(self._posts)

    def posts_named(self, name: str) -> tuple[Post, ...]:
        """Every post that has or had this name, the highest in rank first; blanks in the name may be missing.

        A post that changed (an embassy after a consulate general) is there once for each span of years.
        """
        key = upper_name(name)
        return self._posts.get(key) or self._posts.get(self._closed_up.get(key, ""), ())

    def post(self, name: str, year: int | None = None) -> Post | None:
        """A post by its name or one of its other names; with a year, only one that was open then.

        Of several the highest in rank is given.

        >>> from cablefix.cable.codes import load_codes
        >>> codes = load_codes()
        >>> codes.post("Leopoldville", 1964).territory
        'congo-kinshasa'
        >>> codes.post("BONN", 1977).kind, codes.post("BONN", 2007)
        ('embassy', None)
        """
        for post in self.posts_named(name):
            if year is None or post.first <= year <= post.last:
                return post
        return None

    @cached_property
    def _short_posts(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name in sorted(self._posts):
            for short in sorted({name[:6].strip(), name[:6].replace(" ", ""), name.replace(" ", "")[:6]}):
                found[short] = (*found.get(short, ()), name)
        return found

    def posts_of_short(self, short: str) -> tuple[str, ...]:
        """The names behind the first six characters of one, which is what page heads of 1965-79 print.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().posts_of_short("TEGUCI"), load_codes().posts_of_short("NEWDE")
        (('TEGUCIGALPA',), ('NEW DELHI',))
        """
        return self._short_posts.get(short, ())

    def territories_of(self, post: str, year: int) -> tuple[str, ...]:
        """The territories in which a chief of mission signed at this post in this year.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().territories_of("SAIGON", 1966), load_codes().territories_of("LYON", 1966)
        (('vietnam',), ())
        """
        posts = self.posts_named(post)
        return tuple(
            dict.fromkeys(p.territory for p in posts if p.kind in _CHIEF_SITS_AT and p.first <= year <= p.last)
        )

    @cached_property
    def territories(self) -> Mapping[str, Territory]:
        """Countries and dependencies by identifier; one that changed its name is there once for each name."""
        return {
            key: Territory(key, name, long_name, year(first, 0), year(last, OPEN_YEAR))
            for key, name, long_name, first, last in self.rows("territories")
        }

    # --- addressees -----------------------------------------------------------------------------------------

    @cached_property
    def addressees(self) -> Mapping[str, Addressee]:
        """Head words of addresses, whole addresses that are no posts, and collectives, by name."""
        return {name: Addressee(name, kind, meaning) for name, kind, meaning in self.rows("addressees")}

    @cached_property
    def addressee_heads(self) -> frozenset[str]:
        """First words of addresses: ``AMEMBASSY``, ``SECSTATE``, ``CIA``."""
        return frozenset(name.split(" ", 1)[0] for name, entry in self.addressees.items() if entry.kind != "collective")

    def is_addressee_head(self, word: str) -> bool:
        """Whether an address often begins with this word.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().is_addressee_head("AMCONSUL"), load_codes().is_addressee_head("BUDGET")
        (True, False)
        """
        return word in self.addressee_heads

    # --- circuits and routing indicators --------------------------------------------------------------------

    @cached_property
    def circuits(self) -> Mapping[str, str]:
        """What line 1 begins with on the usual circuits, and the routing indicator of those with one receiver only.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().circuits["VZCZCXYZ"]
        'RUEHWEB'
        """
        return {row[0]: row[1] for row in self.rows("circuits")}

    @cached_property
    def routing_indicators(self) -> Mapping[str, tuple[str, ...]]:
        """Plain-language addresses by routing indicator."""
        found: dict[str, tuple[str, ...]] = {}
        for indicator, address in self.rows("routing"):
            found[indicator] = (*found.get(indicator, ()), address)
        return found

    @cached_property
    def _indicators_of(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for indicator, addresses in self.routing_indicators.items():
            for address in addresses:
                found[address] = (*found.get(address, ()), indicator)
        return found

    def routing(self, ri: str) -> tuple[str, ...]:
        """The plain-language addresses of a routing indicator; empty when it is not known.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().routing("RUEHOT")
        ('AMEMBASSY OTTAWA',)
        """
        return self.routing_indicators.get(ri, ())

    def routing_of(self, plad: str) -> tuple[str, ...]:
        """The routing indicators of a plain-language address; empty when it is not known.

        >>> from cablefix.cable.codes import load_codes
        >>> load_codes().routing_of("AMEMBASSY OTTAWA")
        ('RUEHOT',)
        """
        return self._indicators_of.get(upper_name(plad), ())
