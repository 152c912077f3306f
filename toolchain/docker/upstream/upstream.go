// Package upstream re-exports the constructor that the upstream Terraform provider keeps in an internal package.
//
// Go permits importing an internal package only from below the path of the module that owns it, so this folder
// carries a nested module path of the upstream and is wired in by a replace directive in ../go.mod.
package upstream

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New returns the constructor of the SDKv2 half of the provider, which holds every resource the Python SDK knows.
func New(version string) func() *schema.Provider { return provider.New(version) }
