"""Signals of this package, in addition to Scrapy's."""

# An address gave no article. Sent by spiders with `address`, `reason`, `reference` (None if no recipe knows it) and
# `gone` (whether there is a post of it, and the source says that it has the article no more).
article_failed = object()

# The source says that an article has not changed. Sent by spiders with `reference`.
article_unchanged = object()

# A listing was read, or could not be. Sent by spiders with `stats`, an archiver.listing_stats.ListingStats.
listing_read = object()

# A picture of an article came, or did not. Sent by spiders with `address`, and the `reason`.
picture_came = object()
picture_failed = object()

# Posts were written again, since pictures of theirs had come. Sent by spiders with their `count`.
posts_illustrated = object()

# Pictures have not come yet, and are to be asked for later. Sent by spiders with `waiting`, an
# archiver.index.pictures.WaitingPictures.
pictures_waiting = object()

# An article is due. Sent by spiders with `reference`, in a dry run, where it is not asked for.
article_due = object()

# A page that asks whether we are human came instead of data. Sent by spiders with `address` and `reason`.
blocked = object()

# The archive itself failed: nothing more can be kept, so nothing more is to be asked for.
archive_failed = object()

# The run is over, and does not wait any longer for what is still being worked on.
given_up = object()
