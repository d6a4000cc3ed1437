# Tells what happens. The answers of Azure that are worked with go to stdout, so this goes to stderr.
say() { printf '%s\n' "$1" >&2; }
