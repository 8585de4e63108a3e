"""The parts of an archive, by the names that they have in its directory."""

POSTS = "_posts"
VERSIONS = "_versions"  # earlier contents of posts
CAPTURES = "_captures"  # WARC files
QUARANTINE = "_quarantine"  # articles that cannot be posts, with the reason
INDEX = "_index"
MANIFESTS = "_manifests"
REPORTS = f"{INDEX}/reports"
PARTS = (POSTS, VERSIONS, CAPTURES, QUARANTINE, MANIFESTS, INDEX)
