// The Go function: answers with the event and with what it sees of its image, which holds little else.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var names = []string{"data/greetings.json", "data/greetings-linked.json", "data/current.json", "model.bin", "backup/model.bin"}

func digests(task string) (map[string]string, error) {
	found := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(task, name))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		found[name] = hex.EncodeToString(sum[:8])
	}
	return found, nil
}

func handle(ctx context.Context, event json.RawMessage) (map[string]any, error) {
	files, err := digests(os.Getenv("LAMBDA_TASK_ROOT"))
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return nil, err
	}
	account, err := user.LookupId(strconv.Itoa(os.Getuid()))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile("/tmp/scratch", event, 0o600); err != nil {
		return nil, err
	}
	request, _ := lambdacontext.FromContext(ctx)
	return map[string]any{
		"ok":          true,
		"event":       event,
		"request":     request.AwsRequestID,
		"files":       files,
		"authorities": len(pool.Subjects()) > 50, // the system's roots are all it holds
		"date":        time.Unix(1_780_000_000, 0).In(zone).String(),
		"account":     account.Username,
		"root":        os.WriteFile("/new-file", nil, 0o600) != nil,
	}, nil
}

func main() {
	lambda.Start(handle)
}
