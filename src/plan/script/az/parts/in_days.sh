# The time in so many days, in the form of `date`; the first way is GNU's, the second that of macOS.
in_days() { date -u -d "+$1 days" "+$2" 2>/dev/null || date -u -v "+$1d" "+$2"; }
