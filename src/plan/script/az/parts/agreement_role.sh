# Gives a billing role under a Microsoft Customer or Partner Agreement: where, and the role definition. The request can't be repeated, so
# what is there is listed first; and it only begins the work, so it is listed again until it shows.
agreement_role() {
  local scope=$1 role=$2 there body
  there=$(has_billing_role "$scope" "$role")
  if [ -n "$there" ]; then
    say '  it is there already'
    return
  fi
  body='{"principalId":"'"$principal"'","principalTenantId":"'"$tenant"'","roleDefinitionId":"'"$scope/billingRoleDefinitions/$role"'"}'
  again "$new" 'the billing system to know the new service principal' \
    arm post "$scope/createBillingRoleAssignment?api-version=2024-04-01" --body "$body" --output none
  until_there 'the billing system to list the new role' has_billing_role "$scope" "$role" >/dev/null
}
