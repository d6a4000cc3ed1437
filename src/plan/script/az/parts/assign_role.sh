# Gives the service principal an Azure role: where, the role definition, and the namespace of the assignment's name.
assign_role() {
  local scope=$1 role=$2 list="$1/providers/Microsoft.Authorization/roleAssignments" there name body
  there=$(arm get "$list?api-version=2022-04-01&\$filter=principalId%20eq%20'$principal'" \
    --query "value[].[properties.roleDefinitionId,properties.scope,'.']" --output tsv)
  if grep -qiF -- "/$role"$'\t'"$scope"$'\t.' <<<"$there"; then
    say '  it is there already'
    return
  fi
  name=$(uuid5 "$3" "$(lower "$scope")|$principal|$role")
  # Without the principal's type Azure would look it up in a replica that may not know it yet.
  body='{"properties":{"roleDefinitionId":"'"$scope/providers/Microsoft.Authorization/roleDefinitions/$role"'","principalId":"'"$principal"'","principalType":"ServicePrincipal"}}'
  again "$new" 'Azure to know the new service principal everywhere' \
    arm put "$list/$name?api-version=2022-04-01" --body "$body" --output none
}
