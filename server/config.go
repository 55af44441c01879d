package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"claimcheck/mockprovider/lab"
)

// config is what the command line and the environment say.
type config struct {
	// addr is where to listen, "host:port". The host "localhost" means every
	// loopback address, an empty one every address of the machine.
	addr string
	// publicURL is the origin that a browser uses, when a proxy or a port
	// mapping makes it another than addr's. Empty: http://localhost:PORT.
	publicURL string
	// host is one more name by which requests may address us.
	host string
	// dev reads templates, styles, scripts and lessons from the tree on change.
	dev bool
	// seed makes the lab repeat its values. Empty: random ones.
	seed string
	// labSecret opens the control calls of the lab main, for scripts. Empty: a
	// random one.
	labSecret string

	// file says more about the labs. Empty: nothing more.
	file string
	// labs is what stands in file.
	labs map[string]lab.Settings

	// data is the folder that progress is kept in, or "none". Empty: the user's own.
	data string
	// keep is the file in it. Empty, as in a config that no command line made:
	// progress ends with the process.
	keep string

	// lessons is a folder with lessons of an instructor's own. Empty: none.
	lessons string

	check, version bool
}

// envPrefix starts the name of each flag's environment variable:
// -public-url is CLAIMCHECK_PUBLIC_URL.
const envPrefix = "CLAIMCHECK_"

// parseFlags reads the command line; a flag that is not on it may come from
// the environment. It writes the usage to w when asked for it.
func parseFlags(args []string, getenv func(string) string, w io.Writer) (config, error) {
	var cfg config
	fs := flag.NewFlagSet("claimcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller prints the error, once
	fs.StringVar(&cfg.addr, "addr", "localhost:8080", "`host:port` to listen on; localhost means every loopback address")
	fs.StringVar(&cfg.publicURL, "public-url", "", "`origin` that browsers use, if it is not http://localhost:PORT")
	fs.StringVar(&cfg.host, "host", "", "one more `name` by which requests may address the server, for a container's name")
	fs.StringVar(&cfg.seed, "seed", "", "`text` from which the lab makes its values, so that they repeat")
	fs.StringVar(&cfg.labSecret, "lab-secret", "", "bearer `secret` with which scripts control the lab; a random one is printed at start")
	fs.StringVar(&cfg.file, "config", "", "YAML `file` with the labs' users, clients, APIs, keys and policy")
	fs.StringVar(&cfg.data, "data", "", "`folder` to keep learners' progress in, by default the user's own for data; none keeps nothing")
	fs.StringVar(&cfg.lessons, "lessons", "", "`folder` with lessons of your own, which come after ours; -check proves their exercises")
	fs.BoolVar(&cfg.dev, "dev", false, "read templates, styles, scripts and lessons from the source tree, again on each change")
	fs.BoolVar(&cfg.check, "check", false, "start, check every page and a whole login, and end")
	fs.BoolVar(&cfg.version, "version", false, "print the version and end")

	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			usage(fs, w)
		}
		return config{}, err
	}
	if fs.NArg() > 0 {
		return config{}, fmt.Errorf("unexpected argument %q: every setting is a flag, see -help", fs.Arg(0))
	}
	if err := fromEnv(fs, getenv); err != nil {
		return config{}, err
	}
	cfg.keep = dataFile(cfg.data, runtime.GOOS, getenv)
	return cfg, cfg.validate()
}

// fromEnv sets the flags that the command line left alone.
func fromEnv(fs *flag.FlagSet, getenv func(string) string) error {
	onLine := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { onLine[f.Name] = true })
	var errs []error
	fs.VisitAll(func(f *flag.Flag) {
		name := envName(f.Name)
		if v := getenv(name); v != "" && !onLine[f.Name] {
			if err := f.Value.Set(v); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %q: %w", name, v, err))
			}
		}
	})
	return errors.Join(errs...)
}

func envName(flagName string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func usage(fs *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, "Claimcheck teaches OAuth 2.0 and JWT, between real parties, on your own machine.\n\n\tgo run ./server [flags]\n\n")
	fs.VisitAll(func(f *flag.Flag) {
		arg, text := flag.UnquoteUsage(f)
		def := ""
		if f.DefValue != "" && f.DefValue != "false" {
			def = ", default " + f.DefValue
		}
		fmt.Fprintf(w, "  -%s\n\t%s\n\tenvironment: %s%s\n", strings.TrimSpace(f.Name+" "+arg), text, envName(f.Name), def)
	})
}

// validate refuses what could not work, with the flag's name in the message.
func (c *config) validate() error {
	if _, port, err := net.SplitHostPort(c.addr); err != nil {
		return fmt.Errorf("-addr %q: want host:port, as in localhost:8080", c.addr)
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("-addr %q: the port is a number from 0 to 65535, not %q", c.addr, port)
	}
	if c.publicURL != "" {
		u, err := url.Parse(c.publicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" ||
			u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return fmt.Errorf("-public-url %q: want an origin and nothing behind it, as in https://claimcheck.example", c.publicURL)
		}
		c.publicURL = u.Scheme + "://" + strings.ToLower(u.Host)
	}
	if strings.ContainsAny(c.host, "/ @?#") {
		return fmt.Errorf("-host %q: want one host name, as in claimcheck", c.host)
	}
	c.host = strings.ToLower(c.host)
	if c.labSecret != "" && (len(c.labSecret) < minSecret || strings.ContainsFunc(c.labSecret, notVisible)) {
		return fmt.Errorf("-lab-secret: want at least %d visible ASCII characters", minSecret)
	}
	if c.file != "" {
		labs, err := readConfigFile(c.file)
		if err != nil {
			return err
		}
		c.labs = labs
	}
	if c.lessons != "" {
		if _, err := os.Stat(filepath.Join(c.lessons, "order.txt")); err != nil {
			return fmt.Errorf("-lessons %q: want a folder with order.txt in it, as lessons/content has one: %w", c.lessons, err)
		}
	}
	if c.dev {
		if _, err := os.Stat("web/layout.tmpl"); err != nil {
			return errors.New("-dev reads the pages and lessons from the source tree: start it in the folder that has web and lessons in it")
		}
	}
	return nil
}

// minSecret is the shortest lab secret that a flag may set.
const minSecret = 16

// notVisible finds what cannot stand in a bearer token.
func notVisible(r rune) bool { return r <= ' ' || r > '~' }
