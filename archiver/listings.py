"""Listings. In: the name of a listing, as a user gives it. Out: which listing of which recipe that is, and where to ask
for it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from archiver.errors import UnknownListingError
from archiver.private import public_address
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archiver.recipes import Endpoint, Listing, Recipe


@dataclass(frozen=True, slots=True, eq=False)
class ListingReference:
    """A listing of a recipe, with the parameters with which to ask for it."""

    recipe: Recipe
    name: str
    parameters: Mapping[str, str]

    @property
    def listing(self) -> Listing:
        """The recipe's rules for it."""
        return self.recipe.listings[self.name]

    @property
    def label(self) -> str:
        """The name that it is known by: `source/listing`, with the parameters that differ from the recipe's, without
        credentials."""
        own = {name: value for name, value in self.parameters.items() if value != self.listing.parameters[name]}
        return public_address(f"{self.recipe.name}/{self.name}{f'?{urlencode(own, quote_via=quote)}' if own else ''}")

    @property
    def form(self) -> str:
        """The form of post that its articles become."""
        return self.listing.form

    @property
    def rhythm(self) -> str | None:
        """How old its newest item may be before that is cause for alarm; None: the recipe does not say."""
        return self.listing.rhythm

    @property
    def pages(self) -> int:
        """How many pages to read at most, as long as everything on them is new."""
        return self.listing.pages

    @property
    def paged(self) -> bool:
        """Whether there are further pages to ask for."""
        return any("{page}" in endpoint.address for endpoint in self.listing.endpoints)

    def addresses(self, page: int, now: int) -> Iterator[tuple[Endpoint, str]]:
        """Yield the endpoints and their addresses, in the order in which to ask them.

        page: from 1. now: milliseconds since 1970, for endpoints that want a time.
        """
        values = {name: quote(value, safe="") for name, value in self.parameters.items()}
        for endpoint in self.listing.endpoints:
            for host in endpoint.hosts:
                yield (
                    endpoint,
                    endpoint.address.format(host=host, page=page, now=now, size=self.listing.size, **values),
                )


def resolve_listings(names: Iterable[str], recipes: Mapping[str, Recipe]) -> list[ListingReference]:
    """Return the listings that `names` mean: `source`, `source/listing` or `source/listing?parameter=value`.

    `source` means all of its listings whose parameters all have values in the recipe. No name at all means all sources.
    Raises UnknownListingError.
    """
    references: dict[str, ListingReference] = {}
    for text in list(names) or recipes:
        try:
            text.encode()
        except UnicodeEncodeError as error:  # a command line may hold any bytes
            shown = text.encode(errors="backslashreplace").decode()
            raise UnknownListingError(f"{shown}: expected UTF-8") from error
        source, slash, rest = text.strip().partition("/")
        recipe = recipes.get(source)
        if recipe is None or not (recipe.listings or not slash):
            listed = sorted(name for name, recipe in recipes.items() if recipe.listings)
            near = did_you_mean(source, listed)
            raise UnknownListingError(f"{text}: no such source{near}; there are: {', '.join(listed)}")
        for reference in [_one(text, recipe, rest)] if slash else _all(recipe):
            references.setdefault(reference.label, reference)
    if not references:
        raise UnknownListingError(f"{', '.join(names) or 'the recipes'}: no listing to ask for")
    return list(references.values())


def _all(recipe: Recipe) -> Iterator[ListingReference]:
    for name, listing in recipe.listings.items():
        parameters = {key: value for key, value in listing.parameters.items() if value is not None}
        if len(parameters) == len(listing.parameters):
            yield ListingReference(recipe, name, parameters)


def _one(text: str, recipe: Recipe, rest: str) -> ListingReference:
    name, _, query = rest.partition("?")
    listing = recipe.listings.get(name)
    if listing is None:
        near = did_you_mean(name, recipe.listings)
        raise UnknownListingError(f"{text}: no such listing{near}; {recipe.name} has: {', '.join(recipe.listings)}")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise UnknownListingError(f"{text}: expected UTF-8 in what %XX stands for: {error}") from error
    given = dict(pairs)
    if len(given) < len(pairs):
        twice = sorted({key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number])})
        raise UnknownListingError(f"{text}: expected each parameter once, got {', '.join(twice)} again")
    if unknown := given.keys() - listing.parameters.keys():
        known = ", ".join(listing.parameters) or "none"
        raise UnknownListingError(f"{text}: no parameter {', '.join(sorted(unknown))}; {name} has: {known}")
    parameters = {key: given.get(key, value) for key, value in listing.parameters.items()}
    complete = {key: value for key, value in parameters.items() if value is not None}
    if missing := parameters.keys() - complete.keys():
        wanted = "&".join(f"{key}=…" for key in sorted(missing))
        raise UnknownListingError(f"{text}: say which one: {recipe.name}/{name}?{wanted}")
    return ListingReference(recipe, name, complete)
