package main

import (
	"os/exec"
	"testing"
)

// The script runs on whatever Python is there; every package it names has a name and a version.
func TestListDistributionsPrintsWhatDependenciesReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	count := map[string]int{}
	for _, transitive := range []string{"true", "false"} {
		output, err := exec.Command(python, "-c", listDistributions, transitive).Output()
		if err != nil {
			t.Fatal(err)
		}
		response, err := dependencies(output)
		if err != nil {
			t.Fatal(err)
		}
		for _, each := range response.GetDependencies() {
			if each.GetName() == "" || each.GetVersion() == "" {
				t.Errorf("incomplete: %v", each)
			}
		}
		count[transitive] = len(response.GetDependencies())
	}
	if count["false"] > count["true"] {
		t.Errorf("%d packages without transitive ones, %d with", count["false"], count["true"])
	}
}

func TestDependenciesRefusesAnythingElse(t *testing.T) {
	if _, err := dependencies([]byte("Traceback")); err == nil {
		t.Error("no error")
	}
}
