// Gives a role on a container of a storage account, and on nothing beside it.
targetScope = 'resourceGroup'

@description('Object ID of the service principal that gets the role.')
param principalId string

@description('ID of the role.')
param role string

@description('The storage account.')
param storageAccount string

@description('The container.')
param container string

resource target 'Microsoft.Storage/storageAccounts/blobServices/containers@2021-08-01' existing = {
  name: '${storageAccount}/default/${container}'
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: target
  name: guid(target.id, principalId, role)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}
