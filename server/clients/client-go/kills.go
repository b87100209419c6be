package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	retrywatch "k8s.io/client-go/tools/watch"
)

// scribble changes objects until stop is closed, whatever becomes of the server, and counts the
// writes that were acknowledged.
func scribble(client *kubernetes.Clientset, prefix string, acknowledged *atomic.Int64, stop <-chan struct{}) {
	ingresses := client.NetworkingV1().Ingresses(namespace)
	count := func(err error) {
		if err == nil {
			acknowledged.Add(1)
		}
	}
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		name := fmt.Sprintf("%s-%d", prefix, i%5)
		_, err := ingresses.Create(ctx, ingress(name, nil), metav1.CreateOptions{})
		count(err)
		_, err = ingresses.Patch(ctx, name, types.MergePatchType,
			fmt.Appendf(nil, `{"metadata":{"labels":{"i":"%d"}}}`, i), metav1.PatchOptions{})
		count(err)
		if i%3 == 0 {
			count(ingresses.Delete(ctx, name, metav1.DeleteOptions{}))
		}
	}
}

// record reads a watch until the object named end comes.
func record(watcher watch.Interface, end string) ([]string, error) {
	defer watcher.Stop()
	var events []string
	for {
		event, err := next(watcher)
		if err != nil {
			return nil, err
		}
		object, err := meta.Accessor(event.Object)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", event.Type, err)
		}
		if object.GetName() == end {
			return events, nil
		}
		events = append(events, fmt.Sprint(event.Type, " ", object.GetName(), " ", object.GetResourceVersion()))
	}
}

// checkKills kills the server again and again while clients write: all watches must tell the same
// story, and none of what was acknowledged may be missing in it.
func checkKills(plain, binary *kubernetes.Clientset) {
	check("watches agree on all that was acknowledged while the server is killed", func() error {
		const watches, writers, kills = 8, 4, 3
		list, err := plain.NetworkingV1().Ingresses(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		clients := []*kubernetes.Clientset{plain, binary}
		saw, failures := make([][]string, watches), make([]error, watches)
		var watching, writing sync.WaitGroup
		for i := range watches {
			ingresses := clients[i%2].NetworkingV1().Ingresses(namespace)
			watcher, err := retrywatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
				WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) { return ingresses.Watch(ctx, options) }})
			if err != nil {
				return err
			}
			watching.Go(func() { saw[i], failures[i] = record(watcher, "kills-end") })
		}
		var acknowledged atomic.Int64
		stop := make(chan struct{})
		for i := range writers {
			writing.Go(func() { scribble(clients[i%2], fmt.Sprintf("kills-%d", i), &acknowledged, stop) })
		}
		var killed error
		for range kills {
			time.Sleep(time.Second)
			killed = errors.Join(killed, restart())
		}
		time.Sleep(time.Second)
		close(stop)
		writing.Wait()
		if _, err := plain.NetworkingV1().Ingresses(namespace).Create(ctx, ingress("kills-end", nil),
			metav1.CreateOptions{}); err != nil {
			return err
		}
		watching.Wait()
		if err := errors.Join(append(failures, killed)...); err != nil {
			return err
		}
		for i := range saw {
			if err := wanted(fmt.Sprintf("the length of watch %d", i), len(saw[i]), len(saw[0])); err != nil {
				return err
			}
			for j := range saw[i] {
				if err := wanted(fmt.Sprintf("event %d of watch %d", j, i), saw[i][j], saw[0][j]); err != nil {
					return err
				}
			}
		}
		// A write whose answer was lost may be there as well.
		if extra := int64(len(saw[0])) - acknowledged.Load(); extra < 0 || extra > writers*kills {
			return fmt.Errorf("%d events of %d acknowledged writes", len(saw[0]), acknowledged.Load())
		}
		return nil
	})
}
