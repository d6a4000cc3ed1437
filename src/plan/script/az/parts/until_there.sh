# Looks until Azure shows something, for ten minutes at most: what is waited for, and the read.
until_there() {
  local what=$1 end=$((SECONDS + 600)) pause=1 found
  shift
  while :; do
    found=$(look "$@") || return 1
    if [ -n "$found" ]; then break; fi
    if ((SECONDS >= end)); then
      say "  ten minutes were not enough for $what. Run this again later: it goes on from here."
      return 1
    fi
    say "  waiting for $what"
    sleep "$pause"
    pause=$((pause < 8 ? pause * 2 : 15))
  done
  printf '%s\n' "$found"
}
