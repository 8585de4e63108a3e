"""The parts of an archive, by the names that they have in its directory."""

POSTS = "_posts"
OLD_POSTS = "old_post"  # posts that were moved out of these; nothing is moved there today
VERSIONS = "_versions"  # earlier contents of posts
CAPTURES = "_captures"  # WARC files
ASSETS = "_assets"  # pictures, each named by its content
QUARANTINE = "_quarantine"  # articles that cannot be posts, with the reason
INDEX = "_index"
MANIFESTS = "_manifests"
REPORTS = f"{INDEX}/reports"
SITE = "_site"  # what is built of it; it can be built again
TEMPLATES = "_templates"  # of the site, the user's own
PARTS = (POSTS, VERSIONS, CAPTURES, ASSETS, QUARANTINE, MANIFESTS, INDEX)
