package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"beep/config"
)

// addSettings gives a command a flag per setting, and --config.
func addSettings(cmd *cobra.Command) {
	def := config.Default()
	cmd.Flags().String("config", "", "YAML file of settings (also BEEP_CONFIG)")
	for _, s := range config.Settings() {
		cmd.Flags().String(config.FlagName(s.Key), def.Get(s.Key), s.Usage)
	}
}

// loadSettings is what holds: defaults, file, environment, flags.
func loadSettings(cmd *cobra.Command) (config.Config, error) {
	src := config.Sources{File: os.Getenv("BEEP_CONFIG"), Environ: os.Environ(), Flags: map[string]string{}}
	byFlag := map[string]string{}
	for _, s := range config.Settings() {
		byFlag[config.FlagName(s.Key)] = s.Key
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "config" {
			src.File = f.Value.String()
		} else if key, ok := byFlag[f.Name]; ok {
			src.Flags[key] = f.Value.String()
		}
	})
	return config.Load(src)
}

func newConfigCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the settings"}
	cmd.AddCommand(newConfigPrintCommand())
	return cmd
}

func newConfigPrintCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "print", Short: "Print what holds, secrets as ***", Args: cobra.NoArgs,
		Long: `Print the settings that hold, after defaults, file (--config), environment (BEEP_*)
and flags. Secrets are printed as ***. The output can be used as a file of settings.`,
		Example: "  BEEP_LISTEN=:9000 beep config print",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			values := map[string]string{}
			for _, s := range config.Settings() {
				values[s.Key] = cfg.Get(s.Key)
				if !asJSON {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %q\n", s.Key, values[s.Key])
				}
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(values)
			}
			return nil
		},
	}
	addSettings(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}
