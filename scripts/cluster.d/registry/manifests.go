package main

import (
	"bytes"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// keepManifests gives the registry the manifests that dir holds, and keeps in dir those that it accepts from now on.
// A file is named after the path of its PUT and holds the content type, a newline and the manifest.
func keepManifests(inner http.Handler, dir string) (http.Handler, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := restore(inner, dir); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, _, isManifest := strings.Cut(r.URL.Path, "/manifests/")
		if isManifest && r.Method == http.MethodDelete {
			os.Remove(file(dir, r.URL.Path))
		}
		if !isManifest || r.Method != http.MethodPut {
			inner.ServeHTTP(w, r)
			return
		}
		manifest, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		contentType := r.Header.Get("Content-Type")
		answer := put(inner, r.URL.Path, contentType, manifest)
		if answer.Code < 300 {
			// By its digest as well, which outlives the tag's next push.
			digest := repository + "/manifests/" + answer.Header().Get("Docker-Content-Digest")
			for _, path := range []string{digest, r.URL.Path} {
				if err := save(file(dir, path), contentType, manifest); err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	}), nil
}

// restore goes by age: an index is refused before the images that it lists.
func restore(inner http.Handler, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	saved := map[string]time.Time{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		saved[entry.Name()] = info.ModTime()
	}
	byAge := func(a, b string) int { return saved[a].Compare(saved[b]) }
	for _, name := range slices.SortedStableFunc(maps.Keys(saved), byAge) {
		path, err := url.PathUnescape(name)
		if err != nil || strings.HasSuffix(name, unfinished) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		contentType, manifest, _ := bytes.Cut(content, []byte("\n"))
		if answer := put(inner, path, string(contentType), manifest); answer.Code >= 300 {
			log.Printf("not restored: %s: %d %s", path, answer.Code, answer.Body)
		}
	}
	return nil
}

func put(inner http.Handler, path, contentType string, manifest []byte) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPut, path, bytes.NewReader(manifest))
	request.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	inner.ServeHTTP(answer, request)
	return answer
}

func file(dir, path string) string { return filepath.Join(dir, url.PathEscape(path)) }

const unfinished = ".new"

func save(path, contentType string, manifest []byte) error {
	content := append([]byte(contentType+"\n"), manifest...)
	if err := os.WriteFile(path+unfinished, content, 0o644); err != nil {
		return err
	}
	return os.Rename(path+unfinished, path)
}
