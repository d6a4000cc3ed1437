# The billing role of that id, if the service principal has it there.
has_billing_role() {
  local roles
  roles=$(billing_roles "$1") || return 1
  grep -iF -- "/$2" <<<"$roles" || true
}
