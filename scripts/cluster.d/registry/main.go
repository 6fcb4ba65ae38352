// Command registry is the test cluster's image registry: the one of go-containerregistry, which is also
// `crane registry serve`, but with its manifests on disk too. crane's own keeps only the blobs there, so that every image
// is gone after a restart.
package main

import (
	"errors"
	"flag"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	disk := flag.String("disk", "", "directory of the blobs and manifests")
	address := flag.String("address", "", "address to listen on")
	socket := flag.String("socket", "", "unix socket to listen on as well")
	flag.Parse()

	images := registry.New(registry.WithBlobHandler(registry.NewDiskBlobHandler(*disk)), registry.Logger(log.New(io.Discard, "", 0)))
	handler, err := keepManifests(images, filepath.Join(*disk, "manifests"))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Remove(*socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Fatal(err)
	}
	failed := make(chan error)
	for network, where := range map[string]string{"tcp": *address, "unix": *socket} {
		listener, err := net.Listen(network, where)
		if err != nil {
			log.Fatal(err)
		}
		go func() { failed <- http.Serve(listener, handler) }()
	}
	log.Fatal(<-failed)
}
