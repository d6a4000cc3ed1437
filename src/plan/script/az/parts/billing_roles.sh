# The billing roles that the service principal has at a billing scope.
billing_roles() {
  local all
  all=$(arm get "$1/billingRoleAssignments?api-version=2024-04-01" \
    --query 'value[].[properties.principalId,properties.roleDefinitionId]' --output tsv) || return 1
  grep -iF -- "$principal" <<<"$all" || true
}
