# Gives a billing role on an enrollment or department (EA): where, the role definition, and the namespace of the assignment's name.
# The name is a GUID of its own, never the role definition's: a second principal would meet the first one's. There is no portal page.
enrollment_role() {
  local scope=$1 role=$2 roles name body
  roles=$(billing_roles "$scope")
  if grep -qiF -- "/$role" <<<"$roles"; then
    say '  it is there already'
    return
  fi
  if [ -n "$roles" ]; then
    say "  the service principal holds another role there, and may hold one only: $roles"
    return 1
  fi
  name=$(uuid5 "$3" "$(lower "$scope")|$principal|$role")
  body='{"properties":{"principalId":"'"$principal"'","principalTenantId":"'"$tenant"'","roleDefinitionId":"'"$scope/billingRoleDefinitions/$role"'"}}'
  again "$new" 'the billing system to know the new service principal' \
    arm put "$scope/billingRoleAssignments/$name?api-version=2019-10-01-preview" --body "$body" --output none
}
