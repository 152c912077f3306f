// Package upstream re-exports the constructor that the upstream Terraform provider keeps in an internal package.
//
// Go permits importing an internal package only from below the path of the module that owns it, so this folder
// carries a nested module path of the upstream and is wired in by a replace directive in ../go.mod.
package upstream

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	random "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// New returns the provider, written on the plugin framework.
func New() provider.Provider { return random.New() }
