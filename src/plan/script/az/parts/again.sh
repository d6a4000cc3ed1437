# Entra ID and Azure answer before all of their replicas know of something new, and are busy at times. What they say then looks like a
# refusal and passes: it is asked again, for ten minutes at most. What passes (a pattern), what is waited for, and the request.
new='Request_ResourceNotFound|NoBackingApplicationObject|does not reference a valid application object|backing application of the service principal|PrincipalNotFound|The provided principal Tenant Id|^ERROR: Too Many Requests'
busy='^ERROR: (Too Many Requests|Service Unavailable)|RP Not Registered|ContainerBeingDeleted'
again() {
  local passes=$1 what=$2 end=$((SECONDS + 600)) pause=1
  shift 2
  until "$@" 2>"$said"; do
    if ((SECONDS >= end)) || ! grep -Eq -- "$passes" "$said"; then
      cat "$said" >&2
      return 1
    fi
    say "  waiting for $what"
    sleep "$pause"
    pause=$((pause < 8 ? pause * 2 : 15))
  done
}
