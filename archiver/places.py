"""The parts of an archive, by the names that they have in its directory."""

POSTS = "_posts"
OLD_POSTS = "old_post"  # posts that were moved out of _posts at one time; nothing is moved there today
VERSIONS = "_versions"  # earlier contents of posts
CAPTURES = "_captures"  # WARC files
ASSETS = "_assets"  # pictures, each named by its content
QUARANTINE = "_quarantine"  # articles that cannot be posts, with the reason
INDEX = "_index"
MANIFESTS = "_manifests"
REPORTS = f"{INDEX}/reports"
SITE = "_site"  # the site that is built from the archive; it can be built again
JEKYLL_SITE = "_jekyll"  # the site that Jekyll builds from it, which empties its directory of all that is not its own
JEKYLL_CACHE = ".jekyll-cache"
TEMPLATES = "_templates"  # the user's own templates of the site
PARTS = (POSTS, VERSIONS, CAPTURES, ASSETS, QUARANTINE, MANIFESTS, INDEX)
