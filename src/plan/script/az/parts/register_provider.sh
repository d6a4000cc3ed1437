# Registers a resource provider in a subscription.
register_provider() {
  local provider="/subscriptions/$1/providers/$2" state
  state=$(arm get "$provider?api-version=2021-04-01" --query registrationState --output tsv)
  case $state in
    Registered)
      say '  it is registered already'
      return
      ;;
    Registering) ;;
    *) again "$busy" 'Azure to take the request' arm post "$provider/register?api-version=2021-04-01" --output none ;;
  esac
  until_there 'Azure to register it (up to five minutes)' arm get "$provider?api-version=2021-04-01" \
    --query "registrationState=='Registered' && 'yes' || ''" --output tsv >/dev/null
}
