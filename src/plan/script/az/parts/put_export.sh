# Makes an export: whose costs, its name and description, where it writes (storage account, container, folder), and its body. One of that
# name and description is ours and stays as it is; what others made is never changed, and no costs are written to one folder twice.
put_export() {
  local list="$1/providers/Microsoft.CostManagement/exports" all
  all=$(arm get "$list?api-version=2025-03-01" --output tsv --query "value[].['name',name,properties.exportDescription,'at',properties.deliveryInfo.destination.resourceId,properties.deliveryInfo.destination.container,properties.deliveryInfo.destination.rootFolderPath,'.']")
  if grep -qiF -- $'name\t'"$2"$'\t'"$3"$'\tat\t' <<<"$all"; then
    say '  it is there already'
    return
  fi
  if grep -qiF -- $'name\t'"$2"$'\t' <<<"$all"; then
    say "  there is an export $2 already, which others made. Choose another name with --export-name"
    return 1
  fi
  if grep -qiF -- $'\tat\t'"$4"$'\t'"$5"$'\t'"$6"$'\t.' <<<"$all"; then
    say "  another export writes to the same folder already: the costs would be counted twice. Have it used (--export-name), or choose another folder (--export-directory)"
    return 1
  fi
  again "$busy" 'Cost Management to see that its exports are registered in the subscription' \
    arm put "$list/$2?api-version=2025-03-01" --body "$7" --output none
}
