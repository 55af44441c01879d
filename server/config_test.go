package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func noEnv(string) string { return "" }

func TestFlags(t *testing.T) {
	cfg, err := parseFlags(nil, noEnv, &bytes.Buffer{})
	if err != nil || cfg.addr != "localhost:8080" || cfg.dev || cfg.publicURL != "" {
		t.Errorf("defaults: %+v, %v", cfg, err)
	}
	env := map[string]string{
		"CLAIMCHECK_ADDR": "localhost:9000", "CLAIMCHECK_PUBLIC_URL": "https://claimcheck.example/",
		"CLAIMCHECK_HOST": "Claimcheck", "CLAIMCHECK_CHECK": "true", "CLAIMCHECK_SEED": "class",
	}
	cfg, err = parseFlags([]string{"-addr", "localhost:9001"}, func(k string) string { return env[k] }, &bytes.Buffer{})
	want := config{addr: "localhost:9001", publicURL: "https://claimcheck.example", host: "claimcheck", check: true, seed: "class"}
	if err != nil || !reflect.DeepEqual(cfg, want) {
		t.Errorf("the command line wins over the environment: %+v, %v, want %+v", cfg, err, want)
	}
}

func TestFlagsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		env  string // of CLAIMCHECK_DEV
		want string
	}{
		"unknown_flag":    {[]string{"-port", "1"}, "", "-port"},
		"argument":        {[]string{"localhost:8080"}, "", "unexpected argument"},
		"addr_no_port":    {[]string{"-addr", "localhost"}, "", "-addr"},
		"addr_bad_port":   {[]string{"-addr", "localhost:http"}, "", "-addr"},
		"public_url_path": {[]string{"-public-url", "https://a.example/b"}, "", "-public-url"},
		"public_url_ftp":  {[]string{"-public-url", "ftp://a.example"}, "", "-public-url"},
		"host_url":        {[]string{"-host", "http://a"}, "", "-host"},
		"secret_short":    {[]string{"-lab-secret", "short"}, "", "-lab-secret"},
		"dev_elsewhere":   {[]string{"-dev"}, "", "source tree"},
		"env_value":       {nil, "perhaps", "CLAIMCHECK_DEV"},
	} {
		t.Run(name, func(t *testing.T) {
			env := func(k string) string {
				if k == "CLAIMCHECK_DEV" {
					return c.env
				}
				return ""
			}
			var out, errs bytes.Buffer
			if code := run(t.Context(), c.args, env, &out, &errs); code != exitUsage || !strings.Contains(errs.String(), c.want) {
				t.Errorf("exit %d, %q, want %q", code, errs.String(), c.want)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-help"}, noEnv, &out, &errs); code != 0 {
		t.Errorf("-help: exit %d", code)
	}
	for _, want := range []string{"-addr", "-public-url", "-host", "-dev", "-check", "-version", "-seed", "-lab-secret", "CLAIMCHECK_PUBLIC_URL"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("-help does not name %s", want)
		}
	}
	if code := run(t.Context(), []string{"-version"}, noEnv, &out, &errs); code != 0 || !strings.HasPrefix(out.String(), "claimcheck ") || !strings.Contains(out.String(), "go1.") {
		t.Errorf("-version: exit %d, %q", code, out.String())
	}
}
