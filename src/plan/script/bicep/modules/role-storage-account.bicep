// Gives a role on a storage account.
targetScope = 'resourceGroup'

@description('Object ID of the service principal that gets the role.')
param principalId string

@description('ID of the role.')
param role string

@description('The storage account.')
param storageAccount string

resource account 'Microsoft.Storage/storageAccounts@2021-08-01' existing = {
  name: storageAccount
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, principalId, role)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}
