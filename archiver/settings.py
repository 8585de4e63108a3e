"""The settings: Scrapy's own, set to be sane and polite, and those of this package, with the prefix ARCHIVER_.

Each ARCHIVER_ setting can be given as an environment variable of its name, with `-s NAME=VALUE`, or in a settings
module that begins `from archiver.settings import *` (SCRAPY_SETTINGS_MODULE names it). docs/settings.md lists them.
"""

from importlib.util import find_spec
from os import cpu_count

BOT_NAME = "archiver"
SPIDER_MODULES = ["archiver.spiders"]
NEWSPIDER_MODULE = "archiver.spiders"
COMMANDS_MODULE = "archiver.scrapy_commands"
SPIDER_CONTRACTS = {"archiver.spiders.contracts.ArticleContract": 10}

# What the archive is and how it is written.
ARCHIVER_OUTPUT = "output"  # posts go into _posts in this directory, what cannot be one into _quarantine
ARCHIVER_INDEX = ""  # the PostgreSQL database that its index is in (postgresql://…); empty: a file in it
ARCHIVER_STORE = ""  # where its posts, captures, pictures and manifests are (s3://BUCKET/PREFIX); empty: in it, too
ARCHIVER_PROFILE = "clean"  # of the body: clean or source
ARCHIVER_RECIPES = ""  # directories of your own recipes, comma-separated; they come before the packaged ones
ARCHIVER_SITE = ""  # the host that footers link to; empty: the recipe's
ARCHIVER_SITE_NAME = ""  # what the built site is called; empty: its host
ARCHIVER_SITE_LANGUAGE = "zh"  # of the built site's own words: zh or en
ARCHIVER_SITE_ACCENT = ""  # the colour of its links (#7a1f1f); empty: its own
ARCHIVER_FORCE = False  # rewrite posts that have not changed, and replace those from a better page
ARCHIVER_KEEP_PAYWALLED = False  # make posts of the beginnings of articles whose rest is for those who pay
ARCHIVER_LAYOUT = "flat"  # of new posts: all in _posts, or by month (_posts/2022/05)
ARCHIVER_EVERY_FORM = True  # an article in listings of two forms becomes two posts; False: one, of the first
ARCHIVER_RECHECK = ""  # look at every article saved this long ago or less (2d); empty: as the recipe says
ARCHIVER_WARC = ""  # True or False: whether answers are captured; empty: as the recipe says, else by crawls only
ARCHIVER_WARC_PAGES = False  # capture the page that a new post links to, too, with all that it loads
ARCHIVER_WARC_SIZE = 100_000_000  # bytes, after which a WARC file is followed by the next; git hosts take no more
# True or False: whether pictures of articles become files of the archive; empty: as the recipe says.
ARCHIVER_PICTURES = ""
ARCHIVER_LINKS = False  # whether parts of the archive may be symbolic links that lead out of it
ARCHIVER_DRY_RUN = False  # ask the listings, and write nothing
ARCHIVER_EXTRACTORS = max(1, (cpu_count() or 1) - 1)  # processes that make articles; 0: none but ours
ARCHIVER_SCRATCH = ""  # where a replay keeps what waits; all its workers must see it; empty: TMPDIR, as temporary files
# Whom it tells, and when.
ARCHIVER_ON_ALARM = ""  # a command for the shell, which gets the report of a run with alarms as JSON
ARCHIVER_ON_ALARM_POST = ""  # an address that such a report is posted to
ARCHIVER_STUCK_AFTER = "6h"  # a run that has been at work for longer is cause for alarm; empty: never
# How it asks.
ARCHIVER_MAX_REQUESTS = 0  # of a run, retries and robots.txt counted; 0: no limit
ARCHIVER_MAX_SECONDS = 0  # after which a run asks for nothing more; 0: no limit
ARCHIVER_CONTACT = ""  # an address or a page where the owner of a site can reach you; sent with each request
ARCHIVER_BACKOFF = 1.0  # seconds before the first retry; each further one waits twice as long
ARCHIVER_RETRY_AFTER_MAX = 120  # seconds; a site that asks for a longer wait is left alone in this run
# Pages that scripts draw: which are shown to a browser first, and what one of them may take.
ARCHIVER_BROWSER = "recipe"  # where a recipe says so; refused: also those refused since scripts draw them; always: all
ARCHIVER_BROWSER_PROGRAM = ""  # the file of Chromium; empty: the one that the system has
ARCHIVER_BROWSER_SECONDS = 60
ARCHIVER_BROWSER_REQUESTS = 200
ARCHIVER_BROWSER_BYTES = 64 * 1024 * 1024  # of all answers, unpacked; and of the page as it is drawn
ARCHIVER_BROWSER_MEMORY = 2 * 1024 * 1024 * 1024  # bytes of each of its processes (on Linux); 0: no limit

# Politeness. Recipes may ask for more of it; what is given with -s is obeyed above all.
ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 0.75  # seconds between requests to a host, with the jitter: one to two requests a second
DOWNLOAD_DELAY_JITTER = 0.33
CONCURRENT_REQUESTS_PER_DOMAIN = 2
CONCURRENT_REQUESTS = 64  # of all hosts together: a slow one holds up no other
RETRY_TIMES = 2
# What our download handler raises. Scrapy's own list names Twisted's errors as well, and so loads an HTTP client that
# nothing uses.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.DownloadTimeoutError",
    "scrapy.exceptions.ResponseDataLossError",
    OSError,
]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the report says which article failed and why

# What may be fetched, and how much of it.
DOWNLOAD_TIMEOUT = 20  # seconds
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes, unpacked
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 5
DOWNLOAD_HANDLERS = {
    "http": "archiver.net.handler.GuardedDownloadHandler",
    "https": "archiver.net.handler.GuardedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
REFERER_ENABLED = False
# Nothing listens: both of these would run code that anyone on this machine sends.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DEFAULT_REQUEST_HEADERS = {"Accept-Encoding": "gzip, deflate"}  # and USER_AGENT, when the spider is made
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "archiver.net.kept.KeptAnswersMiddleware": 50,
    "archiver.net.robots_cache.RobotsCacheMiddleware": 60,
    "archiver.net.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # the download handler unpacks
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "archiver.net.backoff.BackoffMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "archiver.net.redirect.GuardedRedirectMiddleware": 600,
    "archiver.net.budget.BudgetMiddleware": 700,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "archiver.net.proxy.ProxyMiddleware": 750,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "archiver.net.whole.WholeAnswersMiddleware": 50,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
ITEM_PIPELINES = {"archiver.pipelines.archive.ArchivePipeline": 400}
EXTENSIONS = {
    "archiver.crawl_archive.ArchiveExtension": 100,
    "archiver.browser.Browser": 150,
    "archiver.browser.PageKeeper": 450,
    "archiver.extensions.quarantine.QuarantineFiles": 200,
    "archiver.extensions.watch.Watch": 300,
    "archiver.extensions.report.Report": 400,
    "archiver.extensions.ending.Ending": 500,
}

# How it runs. Without a Twisted reactor, on uvloop, with one task for an answer's one article instead of a hundred and
# without the middlewares that it does not need, a request costs less than half (make bench).
TWISTED_REACTOR_ENABLED = False
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if find_spec("uvloop") else None
CONCURRENT_ITEMS = 1
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # articles in the order in which they were asked for
DOWNLOADER_STATS = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # reads the source of the callback again for every answer
FEED_EXPORT_ENCODING = "utf-8"
# `scrapy crawl … -O FILE` writes what `archiver export` does: docs/export.md.
FEED_EXPORTERS = {
    "csv": "archiver.exports.feed.CsvExporter",
    "jl": "archiver.exports.feed.JsonLinesExporter",
    "json": "archiver.exports.feed.JsonExporter",
    "jsonl": "archiver.exports.feed.JsonLinesExporter",
    "jsonlines": "archiver.exports.feed.JsonLinesExporter",
    "marshal": "archiver.exports.feed.MarshalExporter",
    "pickle": "archiver.exports.feed.PickleExporter",
    "xml": "archiver.exports.feed.XmlExporter",
}
LOG_LEVEL = "INFO"
LOG_FORMATTER = "archiver.logformatter.BriefLogFormatter"
